// Ranges of addresses, and who is in them.

import Platform
import Testing

@Suite struct NetworkTests {
  @Test(arguments: [
    ("127.0.0.0/8", "127.0.0.1", true), ("127.0.0.0/8", "127.255.3.4", true),
    ("127.0.0.0/8", "128.0.0.1", false), ("192.0.2.0/25", "192.0.2.127", true),
    ("192.0.2.0/25", "192.0.2.128", false), ("192.0.2.7", "192.0.2.7", true),
    ("192.0.2.7", "192.0.2.8", false), ("0.0.0.0/0", "203.0.113.9", true),
    // a socket for both kinds tells IPv4 like this
    ("127.0.0.0/8", "::ffff:127.0.0.1", true), ("127.0.0.0/8", "::ffff:10.0.0.1", false),
    ("::1", "::1", true), ("::1", "::2", false), ("::1", "127.0.0.1", false),
    ("2001:db8::/33", "2001:db8:7fff::1", true), ("2001:db8::/33", "2001:db8:8000::1", false),
    ("0.0.0.0/0", "::1", false), ("127.0.0.0/8", "", false), ("127.0.0.0/8", "localhost", false),
    ("127.0.0.0/8", "127.0.0.1 ", false), ("127.0.0.0/8", "127.1", false),
  ])
  func `an address is in a range or not`(range: String, address: String, isIn: Bool) throws {
    #expect(try #require(Network(range)).contains(address) == isIn)
  }

  @Test(arguments: [
    "", "/8", "127.0.0.0/", "127.0.0.0/33", "127.0.0.0/-1", "127.0.0.0/8/8", "::1/129", "all",
    "127.0.0.0/x", "127.0.0.256",
  ])
  func `what is no range is none`(text: String) {
    #expect(Network(text) == nil)
  }
}
