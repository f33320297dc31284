import Pages
import Testing

@Suite("What was typed")
struct TypedValuesTests {
  static let page = """
    <input name="a"><input name="a">\
    <input type="checkbox" name="c" value="1"><input type="checkbox" name="c" value="2">\
    <select name="s"><option value="1">-</option><option value="1">+</option></select>
    """

  @Test("Values of one name count in their order, wherever they stand among the others")
  func apart() throws {
    var filling = Filling()
    filling.values.append([("c", "2"), ("a", "x"), ("s", "1"), ("c", "1"), ("b", ""), ("a", "y")])
    #expect(
      try filled(Self.page, filling) == """
        <input name="a" value="x"><input name="a" value="y">\
        <input type="checkbox" name="c" value="1" checked>\
        <input type="checkbox" name="c" value="2" checked>\
        <select name="s"><option value="1" selected>-</option><option value="1">+</option></select>
        """)
  }

  @Test("A value that was sent twice is marked once")
  func twice() throws {
    let filling = Filling(values: ["c": ["2", "2"]])
    #expect(
      try filled(Self.page, filling).contains("name=\"c\" value=\"2\" checked><select"))
  }

  @Test("A name without a value is emptied, one that is absent is left alone")
  func emptied() throws {
    let page =
      "<input name=\"a\" value=\"own\"><input type=\"checkbox\" name=\"c\" value=\"1\" checked>"
    #expect(try filled(page, Filling(values: ["b": ["x"]])) == page)
    #expect(
      try filled(page, Filling(values: ["a": [], "c": []]))
        == "<input name=\"a\" value=\"\"><input type=\"checkbox\" name=\"c\" value=\"1\">")
  }

  @Test("Values are set, taken away, and added to")
  func changes() {
    var values: TypedValues = ["a": ["1", "2"], "b": []]
    #expect(values["a"] == ["1", "2"] && values["b"] == [] && values["c"] == nil)
    values["a"] = ["3"]
    values["c"] = ["4"]
    #expect(values["a"] == ["3"] && values.count(of: "a") == 1 && values["c"] == ["4"])
    values.append([("a", "5"), ("b", "6")])
    #expect(values["a"] == ["3", "5"] && values["b"] == ["6"])
    values["a"] = nil
    #expect(values["a"] == nil && values.count(of: "a") == 0)
  }
}
