import FastCGI
import Pages
import Platform

/// A screen: one small program. It says which page it fills, which fields that page has, and what
/// happens on GET or POST; everything else is the library's (style.md §2).
///
/// `static func main()` is there: write `@main struct Login: FormScreen`.
public protocol Screen {
  /// The program's name: that of its folder, socket and log lines; usually the type's.
  static var programName: String { get }
  /// The page's file in www/; nil for a screen without a page of its own (JSON, logout).
  static var page: String? { get }
  /// The page's controls, in their order.
  static var fields: [any FormField] { get }
  /// The names of the page's `<slot>`s and `{…}`s, apart from those the library fills itself.
  static var slots: Set<String> { get }
  /// The ids of the page's `<template>`s, apart from those of the error summary.
  static var parts: Set<String> { get }
  /// The longest body of a POST, in bytes.
  static var bodyLimit: Int { get }
  /// Seconds that this screen waits for a silent database, at most; nil: as long as the settings
  /// say.
  static var databasePatience: Int? { get }

  /// The methods that it answers.
  static var methods: [String] { get }

  init()

  /// Answers a request of one of these methods.
  func respond(to request: Request, _ services: Services) throws -> Response

  /// Reads at start what every answer will need, so that it is there when the database is not.
  func prepare(_ services: Services) throws

  /// Fills what the page shows whatever was typed. Called for each rendering, the one with
  /// problems included.
  func furnish(_ filling: inout Filling, _ request: Request, _ services: Services) throws
}

/// A screen that answers GET.
public protocol PageScreen: Screen {
  func get(_ request: Request, _ services: Services) throws -> Response
}

/// A screen that answers POST.
public protocol FormScreen: Screen {
  func post(_ request: Request, _ services: Services) throws -> Response
}

extension PageScreen {
  public static var methods: [String] { ["GET", "HEAD"] }

  public func respond(to request: Request, _ services: Services) throws -> Response {
    try get(request, services)
  }
}

extension FormScreen {
  public static var methods: [String] { ["POST"] }

  public func respond(to request: Request, _ services: Services) throws -> Response {
    try post(request, services)
  }
}

extension PageScreen where Self: FormScreen {
  public static var methods: [String] { ["GET", "HEAD", "POST"] }

  public func respond(to request: Request, _ services: Services) throws -> Response {
    request.isPost ? try post(request, services) : try get(request, services)
  }
}

extension Screen {
  public static var page: String? { nil }
  public static var fields: [any FormField] { [] }
  public static var slots: Set<String> { [] }
  public static var parts: Set<String> { [] }
  public static var bodyLimit: Int { 65_536 }
  public static var databasePatience: Int? { nil }

  public func prepare(_ services: Services) throws {}

  public func furnish(_ filling: inout Filling, _ request: Request, _ services: Services) throws {}

  // Not `String(describing:)`, which asks for reflection: a million instructions.
  public static var programName: String { _typeName(Self.self, qualified: false).lowercased() }

  /// The program: `--check` tells what is wrong with settings and page, otherwise it serves. Ends
  /// with 78 where settings, page or the database's tables are not what it needs.
  public static func main() {
    do {
      let isCheck = CommandLine.argc > 1 && CommandLine.arguments[1] == "--check"
      // A program of one request reads and asks for what that one needs.
      let isOnce = !isCheck && isPlainCGI
      var responder = try ScreenResponder<Self>(settings: Settings.load(), once: isOnce)
      if isCheck { return }
      responder.counters = ProgramCounters(responder.services.settings, program: programName)
      if !isOnce {
        try responder.services.meetDatabase()
        try? Self().prepare(responder.services)
      }
      giveUpRights(responder.services.settings)
      responder.serve(most: responder.services.settings.requestsPerProcess)
    } catch let unknown as UnknownSchema {
      unknown.report(programName)
      leave(status: 78)
    } catch {
      log(.error, "start.failed", program: programName, [("reason", "\(error)")])
      leave(status: 78)
    }
  }

  /// What is read and opened at start is; a request finds a program that can do little else. Where
  /// the kernel cannot, the program serves as it is, and says so.
  private static func giveUpRights(_ settings: Settings) {
    guard settings.confinesHandlers else { return }
    do {
      try confine()
    } catch {
      log(.warning, "confine.failed", program: programName, [("reason", "\(error)")])
    }
  }
}
