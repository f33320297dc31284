-- users.sql - an association's database and its users, for handlers on other machines.
--
--   sed "s/PASSWORD/$(head -c 24 /dev/urandom | base64 | tr +/ -_)/" users.sql | mariadb
--   mamis migrate
--   sed "s/@localhost/@'10.0.0.%'/" /usr/share/mamis/sql/grants.sql | mariadb mamis
--
-- Run it on any one of the servers: users, rights and tables reach the others. A second
-- association on the same servers has another name in the place of mamis, here, in its my.cnf and
-- in grants.sql (s/mamis_/minato_/): its programs can then see no row of the first.

CREATE DATABASE IF NOT EXISTS mamis CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE USER mamis@'10.0.0.%'         IDENTIFIED BY 'PASSWORD';
CREATE USER mamis_front@'10.0.0.%'   IDENTIFIED BY 'PASSWORD';
CREATE USER mamis_member@'10.0.0.%'  IDENTIFIED BY 'PASSWORD';
CREATE USER mamis_account@'10.0.0.%' IDENTIFIED BY 'PASSWORD';
CREATE USER mamis_office@'10.0.0.%'  IDENTIFIED BY 'PASSWORD';
CREATE USER mamis_admin@'10.0.0.%'   IDENTIFIED BY 'PASSWORD';
CREATE USER mamis_mailer@'10.0.0.%'  IDENTIFIED BY 'PASSWORD';
CREATE USER mamis_monitor@'10.0.0.%' IDENTIFIED BY 'PASSWORD';

GRANT ALL ON mamis.* TO mamis@'10.0.0.%';
