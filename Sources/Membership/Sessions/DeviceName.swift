/// A device in words that its owner knows it by: 「iPhone の Safari」.
public enum DeviceName {
  /// What to look for in a browser's description, the special before the general: Edge calls
  /// itself Chrome and Safari too.
  private static let browsers = [
    ("Edg", "Edge"), ("OPR/", "Opera"), ("SamsungBrowser", "Samsung ブラウザー"),
    ("Firefox/", "Firefox"), ("FxiOS/", "Firefox"), ("CriOS/", "Chrome"), ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
  ].map { (sign: Array($0.0.utf8), name: $0.1) }

  /// iPads call themselves Macintosh nowadays; nothing here can tell the two apart.
  private static let systems = [
    ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("CrOS", "Chromebook"),
    ("Windows", "Windows"), ("Macintosh", "Mac"), ("Linux", "Linux"),
  ].map { (sign: Array($0.0.utf8), name: $0.1) }

  /// The device and its browser. A description that tells neither gives 「不明な機器」.
  public static func words(_ userAgent: String) -> String {
    let bytes = Array(userAgent.utf8)
    let browser = browsers.first { bytes.holds($0.sign.span) }?.name
    let system = systems.first { bytes.holds($0.sign.span) }?.name
    return switch (system, browser) {
    case (let system?, let browser?): "\(system) の \(browser)"
    case (let name?, nil), (nil, let name?): name
    case (nil, nil): "不明な機器"
    }
  }
}
