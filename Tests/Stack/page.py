"""An HTML page as a browser's form sees it."""

from html.parser import HTMLParser

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"}


class Page(HTMLParser):
    """Controls, texts and links of a page; what stands in a `<template>` is not there."""

    def __init__(self, html):
        super().__init__()
        self.elements = []  # (tag, attributes, text pieces)
        self.fields = {}  # name -> values as a browser would send them
        self.kinds = {}  # name -> kind of control
        self._open = []
        self._templates = 0
        self._select = None
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        if tag == "template":
            self._templates += 1
        element = (tag, attributes, [])
        if not self._templates:
            self.elements.append(element)
            self._control(tag, attributes)
        if tag not in VOID:
            self._open.append(element)

    def handle_endtag(self, tag):
        if tag == "template":
            self._templates -= 1
        while self._open:
            element = self._open.pop()
            if element[0] == "textarea" and not self._templates:
                text = "".join(element[2])
                self._add(element[1]["name"], text[1:] if text.startswith("\n") else text)
            if element[0] == "select":
                self._select = None
            if element[0] == tag:
                return

    def handle_data(self, data):
        if not self._templates:
            for element in self._open:
                element[2].append(data)

    def _add(self, name, value):
        self.fields.setdefault(name, []).append(value)

    def _control(self, tag, attributes):
        name, kind = attributes.get("name"), attributes.get("type", tag)
        if tag == "input" and name:  # one without a name is a help of a script
            self.kinds[name] = kind
            if kind in ("checkbox", "radio"):
                self.fields.setdefault(name, [])
                if "checked" not in attributes:
                    return
            self._add(name, attributes.get("value", ""))
        elif tag in ("select", "textarea"):
            self.kinds[name] = tag
            self._select = name if tag == "select" else None
        elif tag == "option" and "selected" in attributes:
            self._add(self._select, attributes["value"])

    def all(self, tag, **wanted):
        return [element for element in self.elements if element[0] == tag
                and all(element[1].get(key) == value for key, value in wanted.items())]

    def by_id(self, name):
        found = [element for element in self.elements if element[1].get("id") == name]
        assert len(found) <= 1, f"{name} is there {len(found)} times"
        return found[0] if found else None

    @staticmethod
    def text(element):
        return "".join(element[2]).strip()

    @property
    def title(self):
        return self.text(self.all("title")[0])

    @property
    def heading(self):
        (heading,) = self.all("h1")
        return self.text(heading)

    @property
    def words(self):
        return self.text(self.all("html")[0])

    @property
    def links(self):
        return {element[1].get("href") for element in self.all("a")}

    @property
    def errors(self):
        """What is wrong, by field, as it is shown; checks that each is told in every way."""
        shown = {}
        for _, attributes, pieces in self.elements:
            name = attributes.get("id", "")
            if name.startswith("error-") and "hidden" not in attributes:
                shown[name.removeprefix("error-")] = "".join(pieces).strip()
        for field, sentence in shown.items():
            assert sentence, f"error-{field} is empty"
            controls = [element for element in self.elements if element[1].get("name") == field]
            assert controls, field
            wrong = [attributes for _, attributes, _ in controls
                     if attributes.get("aria-invalid") == "true"]
            assert wrong, f"no control of {field} is marked"
            for attributes in wrong:
                assert f"error-{field}" in attributes.get("aria-describedby", "").split(), field
            targets = {f"#{control[1].get('id')}" for control in controls}
            assert targets & self.links, f"the summary has no link to {field}"
        invalid = {attributes["name"] for _, attributes, _ in self.elements
                   if attributes.get("aria-invalid") == "true"}
        assert invalid == set(shown)
        return shown

    @property
    def summary(self):
        """The text of the error summary, or None."""
        found = [element for element in self.elements if element[1].get("role") == "alert"]
        return self.text(found[0]) if found else None
