"""Web pages from templates with jinja2: inheritance, macros, loops in loops, filters, a sandbox, errors with their lines."""

from jinja2 import DictLoader, Environment, StrictUndefined, TemplateError
from jinja2.sandbox import SandboxedEnvironment

PAGES = {
    "base.html": """<!doctype html><title>{% block title %}Shop{% endblock %}</title>
{% block body %}{% endblock %}<footer>{{ year }}</footer>""",
    "macros.html": """{% macro price(item) -%}<b>{{ "%.2f"|format(item.price) }}</b>{%- endmacro %}
{% macro row(item, n) -%}<tr class="{{ loop_class(n) }}"><td>{{ item.name|e }}<td>{{ price(item) }}
{%- if item.parts %}<ul>{% for part in item.parts recursive %}<li>{{ part.name }}
{%- if part.parts %}<ul>{{ loop(part.parts) }}</ul>{% endif %}</li>{% endfor %}</ul>{% endif %}</tr>{%- endmacro %}""",
    "list.html": """{% extends "base.html" %}{% import "macros.html" as m with context %}
{% block title %}{{ super() }}: {{ items|length }} things{% endblock %}
{% block body %}{% for group, members in items|groupby("kind") %}<h2>{{ group|title }}</h2><table>
{% for item in members|sort(attribute="price", reverse=true) %}{{ m.row(item, loop.index) }}
{% endfor %}</table>{% endfor %}{% set total = namespace(sum=0) %}{% for item in items %}
{%- set total.sum = total.sum + item.price %}{% endfor %}<p>{{ total.sum|round(2) }}</p>{% endblock %}""",
}


class Item:
    """A thing that refers to its parts, and these to it: each page makes cycles."""

    def __init__(self, name, kind, price, parent=None):
        self.name, self.kind, self.price, self.parent = name, kind, price, parent
        self.parts = []


def thing(number, depth=2, parent=None):
    item = Item(f"thing <{number}>", ("round", "flat", "deep")[number % 3], number * 1.25 % 17, parent)
    if depth:
        item.parts = [thing(10 * number + i, depth - 1, item) for i in range(number % 3)]
    return item


def environment(kind=Environment):
    pages = kind(loader=DictLoader(PAGES), autoescape=False, undefined=StrictUndefined)
    pages.globals.update(year=2026, loop_class=lambda n: "odd" if n % 2 else "even")
    return pages


for count in range(0, 60, 3):
    # An environment for each: templates are compiled anew.
    text = environment(SandboxedEnvironment if count % 2 else Environment).get_template("list.html").render(
        items=[thing(i) for i in range(count)]
    )
    print(count, len(text), sum(map(ord, text)) % 65521)
print(text)
for source in ("{% for x in %}", "{{ missing.name }}", "{% if a %}", "{{ 1 / 0 }}", "{{ ''.__class__.__mro__ }}"):
    try:
        print(environment(SandboxedEnvironment).from_string(source).render(a=1))
    except (TemplateError, ZeroDivisionError) as error:
        print(type(error).__name__, error)
