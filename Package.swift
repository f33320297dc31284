// swift-tools-version: 6.2
import PackageDescription

/// The screens: one folder in Sources/handlers, one executable, one nginx line each.
let screens = [
  "login", "logout", "terms", "email", "register", "confirm", "forgot", "reset", "inquiry",
  "lookup", "health", "mypage", "profile", "password", "address", "sessions", "secretariat",
  "members", "member", "imports", "exports", "postcards",
  "code", "twofactor", "inquiries", "audit", "staff", "metrics",
]

let strict: [SwiftSetting] = [
  .swiftLanguageMode(.v6), .strictMemorySafety(), .treatAllWarnings(as: .error),
]

/// How release builds are linked, for programs that start quickly: the C++ library that the Swift
/// runtime needs is part of them (Sources/Linking), and nothing of them is there for others.
let lean: [LinkerSetting] = [
  .unsafeFlags(
    [
      "-use-ld=lld", "-L\(Context.packageDirectory)/Sources/Linking",
      "-Xclang-linker", "-static-libgcc", "-Xlinker", "--no-export-dynamic",
      "-Xlinker", "--build-id=sha1",
    ], .when(configuration: .release))
]

func library(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

func program(_ name: String, in folder: String = "", _ dependencies: [Target.Dependency]) -> Target
{
  .executableTarget(
    name: name, dependencies: dependencies, path: "Sources/\(folder)\(name)",
    swiftSettings: strict, linkerSettings: lean)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .testTarget(name: name, dependencies: dependencies, swiftSettings: strict)
}

let package = Package(
  name: "mamis",
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2")
  ],
  targets: [
    .systemLibrary(name: "CFastCGI", providers: [.apt(["libfcgi-dev"])]),
    .systemLibrary(
      name: "CMariaDB", pkgConfig: "libmariadb", providers: [.apt(["libmariadb-dev"])]),
    .systemLibrary(name: "CSodium", pkgConfig: "libsodium", providers: [.apt(["libsodium-dev"])]),
    .systemLibrary(name: "COath", pkgConfig: "liboath", providers: [.apt(["liboath-dev"])]),
    .systemLibrary(
      name: "CQRencode", pkgConfig: "libqrencode", providers: [.apt(["libqrencode-dev"])]),
    .systemLibrary(name: "CSeccomp"),
    library("Platform", ["CSeccomp"]),
    library("Sodium", ["CSodium"]),
    library("FastCGI", ["CFastCGI", "Platform"]),
    library("MariaDB", ["CMariaDB", "Platform"]),
    library("Pages", ["Platform"]),
    library("OneTimeCodes", ["COath"]),
    library("QRCode", ["CQRencode"]),
    library(
      "Membership",
      ["FastCGI", "MariaDB", "OneTimeCodes", "Pages", "Platform", "QRCode", "Sodium"]),
    program("mailer", ["Membership"]),
    program("keeper", ["Platform"]),
    program(
      "mamis",
      ["Membership", .product(name: "ArgumentParser", package: "swift-argument-parser")]),
    tests("PlatformTests", ["CSeccomp", "Platform", "TestSupport"]),
    tests("OneTimeCodesTests", ["OneTimeCodes"]),
    tests("FastCGITests", ["CFastCGI", "FastCGI"]),
    .target(
      name: "TestSupport", dependencies: ["MariaDB", "Membership", "Platform"],
      path: "Tests/Support",
      swiftSettings: strict),
    tests("MariaDBTests", ["MariaDB", "Platform", "TestSupport"]),
    tests("PagesTests", ["Pages", "Platform"]),
    tests("MembershipTests", ["Membership", "MariaDB", "Platform", "TestSupport", "mailer"]),
    tests("ScreenTests", ["Membership", "TestSupport"] + screens.map { .byName(name: $0) }),
  ] + screens.map { program($0, in: "handlers/", ["Membership"]) }
)

// For scripts/fuzz alone, which links it with libFuzzer's own main.
if Context.environment["FUZZ"] != nil {
  package.products.append(.library(name: "Fuzz", type: .static, targets: ["Fuzz"]))
  package.targets.append(
    .target(
      name: "Fuzz", dependencies: ["FastCGI", "Membership", "Pages", "Platform"],
      path: "Tests/Fuzz", exclude: ["seeds"], swiftSettings: strict))
}
