/* floor - the least that a C program can do for an answer: the same statements, the same bytes.
 *
 *   floor FOLDER/NAME   serves FastCGI on file descriptor 0, or answers once as plain CGI
 *   floor hash HASH PASSWORD COUNT   prints the microseconds that checking a password takes
 *
 * FOLDER/NAME.answer is what the handler sent, head and body. FOLDER/NAME.plan are the statements
 * that it ran meanwhile (recording.py), one a line: what the parameters are, a tab, the SQL:
 *
 *   q          a command: START TRANSACTION, COMMIT
 *   v          check the password typed against the hash read before; no statement
 *   p SPECS    a prepared statement; its parameters, separated by spaces:
 *     h  the hash of the cookie, or of the form's token     r  32 random bytes
 *     a  the account, read first of all                     n  NULL
 *     l  the login ID typed        c  the client's address  u  the browser
 *     B  the hash of "login" NUL login ID                   C  of "client" NUL client's address
 *     i123  a number               tHEX  a text             bHEX  bytes
 *
 * DB_OPTION_FILE and DB_GROUP say where the database is; without a statement it is not opened.
 */
#include <fcgiapp.h>
#include <mysql.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

enum { MOST = 64, WIDE = 1024 };

struct statement {
  char kind;
  char *sql;
  char *specs[MOST];
  int count, columns, account, hash;
  MYSQL_STMT *handle;
  MYSQL_BIND results[MOST];
  char *buffers[MOST];
  unsigned long lengths[MOST];
  my_bool nulls[MOST];
};

static MYSQL database;
static struct statement plan[MOST];
static int steps;
static char *answer;
static size_t answer_length;

/* What the request in hand brought, and what was read for it. */
static char body[65536], secret[65], login[256], password[256], read_hash[256];
static const char *client, *browser;
static long long account;

static void die(const char *what) {
  fprintf(stderr, "floor: %s: %s\n", what, mysql_error(&database));
  exit(1);
}

static char *contents(const char *name, const char *suffix, size_t *length) {
  char path[4096];
  snprintf(path, sizeof path, "%s%s", name, suffix);
  FILE *file = fopen(path, "rb");
  if (!file) { perror(path); exit(1); }
  fseek(file, 0, SEEK_END);
  *length = ftell(file);
  rewind(file);
  char *bytes = malloc(*length + 1);
  if (fread(bytes, 1, *length, file) != *length) die(path);
  bytes[*length] = 0;
  fclose(file);
  return bytes;
}

static void connect_database(void) {
  mysql_init(&database);
  mysql_options(&database, MYSQL_READ_DEFAULT_FILE, getenv("DB_OPTION_FILE"));
  mysql_options(&database, MYSQL_READ_DEFAULT_GROUP, getenv("DB_GROUP"));
  mysql_options(&database, MYSQL_SET_CHARSET_NAME, "utf8mb4");
  mysql_options(&database, MYSQL_INIT_COMMAND,
                "SET NAMES utf8mb4 COLLATE utf8mb4_bin, time_zone = '+00:00'");
  if (!mysql_real_connect(&database, 0, 0, 0, 0, 0, 0, CLIENT_FOUND_ROWS)) die("connect");
}

static void prepare(struct statement *s) {
  s->handle = mysql_stmt_init(&database);
  if (mysql_stmt_prepare(s->handle, s->sql, strlen(s->sql))) die(s->sql);
  s->account = s->hash = -1;
  MYSQL_RES *fields = mysql_stmt_result_metadata(s->handle);
  if (!fields) return;
  s->columns = mysql_num_fields(fields);
  for (int i = 0; i < s->columns; i++) {
    const char *name = mysql_fetch_field_direct(fields, i)->name;
    if (!strcmp(name, "account_id") || !strcmp(name, "id")) {
      if (s->account < 0 || !strcmp(name, "account_id")) s->account = i;
    }
    if (!strcmp(name, "password_hash")) s->hash = i;
    s->buffers[i] = malloc(WIDE);
    s->results[i] = (MYSQL_BIND){.buffer_type = MYSQL_TYPE_STRING, .buffer = s->buffers[i],
                                 .buffer_length = WIDE, .length = &s->lengths[i],
                                 .is_null = &s->nulls[i]};
  }
  mysql_free_result(fields);
  mysql_stmt_bind_result(s->handle, s->results);
}

static void read_plan(const char *name) {
  size_t length;
  char *text = contents(name, ".plan", &length), *line, *rest = text;
  while ((line = strsep(&rest, "\n"))) {
    if (!*line) continue;
    struct statement *s = &plan[steps++];
    char *specs = strsep(&line, "\t"), *spec;
    s->kind = *specs;
    s->sql = line;
    strsep(&specs, " ");
    while ((spec = strsep(&specs, " "))) s->specs[s->count++] = spec;
  }
  if (!steps) return;
  connect_database();
  for (int i = 0; i < steps; i++) if (plan[i].kind == 'p') prepare(&plan[i]);
}

static void hash(unsigned char *out, const char *kind, const char *text) {
  char joined[600];
  int length = snprintf(joined, sizeof joined, "%s%c%s", kind, 0, text);
  crypto_generichash(out, 32, (unsigned char *)joined, length, 0, 0);
}

static void run(struct statement *s) {
  static unsigned char scratch[MOST][512];
  MYSQL_BIND binds[MOST] = {0};
  long long numbers[MOST];
  size_t length;
  for (int i = 0; i < s->count; i++) {
    const char *spec = s->specs[i], *text = 0;
    MYSQL_BIND *bind = &binds[i];
    bind->buffer = scratch[i];
    bind->buffer_type = MYSQL_TYPE_BLOB;
    bind->buffer_length = 32;
    switch (*spec) {
      case 'h': crypto_generichash(scratch[i], 32, (unsigned char *)secret, 64, 0, 0); break;
      case 'r': randombytes_buf(scratch[i], 32); break;
      case 'B': hash(scratch[i], "login", login); break;
      case 'C': hash(scratch[i], "client", client); break;
      case 'b': case 't':
        sodium_hex2bin(scratch[i], 512, spec + 1, strlen(spec + 1), 0, &length, 0);
        bind->buffer_type = *spec == 't' ? MYSQL_TYPE_STRING : MYSQL_TYPE_BLOB;
        bind->buffer_length = length;
        break;
      case 'l': text = login; break;
      case 'c': text = client; break;
      case 'u': text = browser; break;
      case 'n': bind->buffer_type = MYSQL_TYPE_NULL; break;
      default:
        numbers[i] = *spec == 'a' ? account : atoll(spec + 1);
        bind->buffer = &numbers[i];
        bind->buffer_type = MYSQL_TYPE_LONGLONG;
    }
    if (text) {
      bind->buffer = (char *)text;
      bind->buffer_type = MYSQL_TYPE_STRING;
      bind->buffer_length = strlen(text);
    }
  }
  if (s->count) mysql_stmt_bind_param(s->handle, binds);
  if (mysql_stmt_execute(s->handle)) {
    fprintf(stderr, "floor: %s\n", mysql_stmt_error(s->handle));
    return;
  }
  if (!s->columns) return;
  mysql_stmt_store_result(s->handle);
  int found = 0;
  while (mysql_stmt_fetch(s->handle) != MYSQL_NO_DATA && found++ < 10000) {
    if (!account && s->account >= 0 && !s->nulls[s->account]) {
      s->buffers[s->account][s->lengths[s->account]] = 0;
      account = atoll(s->buffers[s->account]);
    }
    if (s->hash >= 0 && s->lengths[s->hash] < sizeof read_hash) {
      memcpy(read_hash, s->buffers[s->hash], s->lengths[s->hash]);
      read_hash[s->lengths[s->hash]] = 0;
    }
  }
  mysql_stmt_free_result(s->handle);
}

static int digit(char c) { return c <= '9' ? c - '0' : (c | 32) - 'a' + 10; }

/* Decodes every field of an urlencoded form in place; keeps those that the statements need. */
static void read_form(char *text) {
  char *pair;
  while ((pair = strsep(&text, "&"))) {
    char *to = pair, *value = 0;
    for (char *from = pair; *from; from++) {
      if (*from == '=' && !value) { *to++ = 0; value = to; }
      else if (*from == '+') *to++ = ' ';
      else if (*from == '%' && from[1] && from[2]) {
        *to++ = digit(from[1]) << 4 | digit(from[2]);
        from += 2;
      } else *to++ = *from;
    }
    *to = 0;
    if (!value) continue;
    if (!strcmp(pair, "token")) snprintf(secret, sizeof secret, "%s", value);
    if (!strcmp(pair, "login_id")) snprintf(login, sizeof login, "%s", value);
    if (!strcmp(pair, "password")) snprintf(password, sizeof password, "%s", value);
  }
}

static void respond(FCGX_Request *request) {
  const char *length = FCGX_GetParam("CONTENT_LENGTH", request->envp);
  const char *cookie = FCGX_GetParam("HTTP_COOKIE", request->envp);
  account = 0;
  client = FCGX_GetParam("REMOTE_ADDR", request->envp);
  browser = FCGX_GetParam("HTTP_USER_AGENT", request->envp);
  if (!client) client = "";
  if (!browser) browser = "";
  cookie = cookie ? strstr(cookie, "session=") : 0;
  if (cookie) snprintf(secret, sizeof secret, "%s", cookie + 8);
  int size = length ? atoi(length) : 0;
  if (size > 0 && size < (int)sizeof body) {
    size = FCGX_GetStr(body, size, request->in);
    body[size] = 0;
    read_form(body);
  }
  for (int i = 0; i < steps; i++) {
    if (plan[i].kind == 'p') run(&plan[i]);
    else if (plan[i].kind == 'q') mysql_query(&database, plan[i].sql);
    else (void)!crypto_pwhash_str_verify(read_hash, password, strlen(password));
  }
  FCGX_PutStr(answer, answer_length, request->out);
  FCGX_Finish_r(request);
}

static int time_hash(char **arguments) {
  struct rusage use;
  int count = atoi(arguments[4]);
  for (int i = 0; i < count; i++)
    (void)!crypto_pwhash_str_verify(arguments[2], arguments[3], strlen(arguments[3]));
  getrusage(RUSAGE_SELF, &use);
  double used = (use.ru_utime.tv_sec + use.ru_stime.tv_sec) * 1e6 + use.ru_utime.tv_usec
                + use.ru_stime.tv_usec;
  printf("%.0f\n", used / count);
  return 0;
}

int main(int count, char **arguments) {
  if (sodium_init() < 0) return 1;
  if (count == 5 && !strcmp(arguments[1], "hash")) return time_hash(arguments);
  if (count != 2) { fprintf(stderr, "usage: floor FOLDER/NAME\n"); return 2; }
  answer = contents(arguments[1], ".answer", &answer_length);
  read_plan(arguments[1]);
  if (FCGX_IsCGI()) {
    fwrite(answer, 1, answer_length, stdout);
    return 0;
  }
  FCGX_Request request;
  FCGX_Init();
  FCGX_InitRequest(&request, 0, 0);
  while (FCGX_Accept_r(&request) >= 0) respond(&request);
  return 0;
}
