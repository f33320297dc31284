/// The version of the whole system, told by `mamis --version`. Tarballs and packages are named after
/// it: scripts/dist reads this line.
let version = "0.5.0"
