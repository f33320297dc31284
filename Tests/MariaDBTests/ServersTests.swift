// Which of several servers is asked first. That they are really asked: Tests/Hosting.

import Testing

@testable import MariaDB

@Suite struct ServersOfAnOptionFile {
  private func servers(_ list: String) -> Servers {
    var servers = Servers()
    servers.learn(list)
    return servers
  }

  @Test func `nothing is passed over: the option file's own order`() {
    #expect(servers("a,b,c").order == nil)
    #expect(servers("a,b,c").count == 3)
  }

  @Test(arguments: [
    ("a", "b,c:3307,a"), ("b", "c:3307,a,b"),
    // the last one: the first is next
    ("c", nil),
  ]) func `one that is passed over comes last`(host: String, order: String?) {
    var servers = servers("a,b,c:3307")
    servers.passOver(host)
    #expect(servers.order == order)
  }

  @Test func `a host whose name begins with another's is not taken for it`() {
    var servers = servers("10.0.0.1,10.0.0.11,10.0.0.111")
    servers.passOver("10.0.0.11")
    #expect(servers.order == "10.0.0.111,10.0.0.1,10.0.0.11")
  }

  @Test func `those that give no connection are passed over in turn`() {
    var servers = servers("a,b,c")
    servers.passOverFirst()
    servers.passOverFirst()
    #expect(servers.order == "c,a,b")
    servers.passOverFirst()
    #expect(servers.order == nil)
  }

  @Test func `begun anew, the option file's order counts again`() {
    var servers = servers("a,b,c")
    servers.passOver("a")
    servers.beginAnew()
    #expect(servers.order == nil)
  }

  @Test(arguments: ["", "a"]) func `a local socket and a single host leave no choice`(list: String)
  {
    var servers = servers(list)
    servers.passOver(list)
    servers.passOverFirst()
    #expect(servers.order == nil)
  }
}
