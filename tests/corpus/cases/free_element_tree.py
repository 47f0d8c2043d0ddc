# Elements of the C XML parser hold children in an array outside of the object, and an attribute dict.
import xml.etree.ElementTree as tree

needs = "_elementtree"
expect = {"element": {"alive": "n"}}


def run(case):
    element = tree.Element("a")
    child = tree.SubElement(element, "b")
    child.attrib["parent"] = element
    child.attrib["w"] = case.witness("element")
    case.prepare()
    del element, child
    case.collect()
