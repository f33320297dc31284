import MariaDB

/// A place that a postal code stands for. Several places can share one code.
public struct PostalPlace: Equatable, Sendable {
  /// Seven digits.
  public let digits: String
  public let prefecture: String
  public let city: String
  /// Empty where the code stands for the rest of a city.
  public let town: String
  /// With its hyphen: `113-8621`.
  public var code: String { digits.prefix(3) + "-" + digits.dropFirst(3) }

  public init(digits: String, prefecture: String, city: String, town: String) {
    self.digits = digits
    self.prefecture = prefecture
    self.city = city
    self.town = town
  }
}

/// The places of Japan Post's list, asked for by their code.
public enum PostalPlaces {
  /// The most places that one code has is 66; this bounds an answer all the same.
  private static let most = 100

  /// The places of a code, in the order of the list. None for a code that the list lacks, such as
  /// the own code of a big organisation.
  public static func find(
    _ code: PostalCode, in database: some SQLRunner
  ) throws -> [PostalPlace] {
    let digits = code.digits
    return try database.rows(
      """
      SELECT prefecture, city, town FROM postal_codes WHERE code = ? ORDER BY position LIMIT ?
      """, digits, most
    ).map {
      PostalPlace(
        digits: digits, prefecture: try $0["prefecture"], city: try $0["city"],
        town: try $0["town"])
    }
  }
}
