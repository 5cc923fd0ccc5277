"""Sheets of crops that tests write, and what is on them."""

from html.parser import HTMLParser

from gantei.command_line import main


class Page(HTMLParser):
    """What a browser makes of a page: its elements, and the texts of its cells."""

    def __init__(self, path):
        super().__init__()
        self.elements, self.texts, self.style = [], [], ""
        self._within = []
        self.feed(path.read_text("utf-8"))

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))
        if ("class", "cell") in attributes:
            self.texts.append("")
        self._within.append(tag)

    def handle_endtag(self, tag):
        while self._within and self._within.pop() != tag:
            pass

    def handle_data(self, text):
        if "style" in self._within:
            self.style += text
        elif self.texts:
            self.texts[-1] += text

    def all(self, tag, key):
        return [each[key] for found, each in self.elements if found == tag and key in each]


def crops(*arguments):
    return main(["crops", *map(str, arguments)])


def changed(**facts):
    return lambda tables: tables["input"].update(facts)
