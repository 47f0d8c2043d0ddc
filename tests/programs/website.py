"""A web site with django: models and migrations on sqlite, queries, signals, forms, an admin, requests and their pages."""

import hashlib
import pathlib
import re
import sys
import types

import django
from django.conf import settings

folder = pathlib.Path("website").resolve()
app = folder / "library"
(app / "migrations").mkdir(parents=True)
(app / "__init__.py").write_text("")
(app / "migrations" / "__init__.py").write_text("")
(app / "models.py").write_text('''
from django.db import models

class Author(models.Model):
    name = models.CharField(max_length=50, unique=True)
    friends = models.ManyToManyField("self", blank=True)
    def __str__(self): return self.name

class Book(models.Model):
    title = models.CharField(max_length=80)
    author = models.ForeignKey(Author, models.CASCADE, related_name="books")
    price = models.DecimalField(max_digits=6, decimal_places=2)
    sequel = models.OneToOneField("self", models.SET_NULL, null=True, blank=True)
    def __str__(self): return f"{self.title} by {self.author}"
''')
sys.path.insert(0, str(folder))
settings.configure(
    SECRET_KEY="x" * 50,
    DEBUG=True,
    ALLOWED_HOSTS=["*"],
    ROOT_URLCONF="urls",
    DEFAULT_AUTO_FIELD="django.db.models.AutoField",
    INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions", "django.contrib.messages",
                    "django.contrib.admin", "library"],
    MIDDLEWARE=["django.contrib.sessions.middleware.SessionMiddleware", "django.middleware.common.CommonMiddleware",
                "django.contrib.auth.middleware.AuthenticationMiddleware", "django.contrib.messages.middleware.MessageMiddleware"],
    TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True, "OPTIONS": {
        "loaders": [("django.template.loaders.locmem.Loader", {"books.html":
            "<h1>{{ title }}</h1>{% for book in books %}<li class={% cycle 'a' 'b' %}>{{ book.title|title }} {{ book.author.name }}"
            " {{ book.price|floatformat:1 }}{% empty %}none{% endfor %}{{ form.as_p }}"}),
            "django.template.loaders.app_directories.Loader"],
        "context_processors": ["django.contrib.auth.context_processors.auth", "django.template.context_processors.request",
                               "django.contrib.messages.context_processors.messages"]}, "NAME": "pages"}],
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": str(folder / "db.sqlite3")}},
    PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
)
for template in settings.TEMPLATES:
    template.pop("APP_DIRS")
django.setup()

from django import forms  # noqa: E402
from django.contrib import admin  # noqa: E402
from django.contrib.auth.models import User  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection, transaction  # noqa: E402
from django.db.models import Avg, Count, F, Q  # noqa: E402
from django.db.models.signals import post_save  # noqa: E402
from django.http import JsonResponse  # noqa: E402
from django.shortcuts import render  # noqa: E402
from django.template.context import BaseContext  # noqa: E402
from django.test import Client  # noqa: E402
from django.urls import path  # noqa: E402
from library.models import Author, Book  # noqa: E402

admin.site.register(Author)
admin.site.register(Book)


def copy_context(self):
    duplicate = object.__new__(type(self))
    duplicate.__dict__.update(self.__dict__)
    duplicate.dicts = self.dicts[:]
    return duplicate


# What this django does there no longer works since super() objects have a __copy__ of their own.
BaseContext.__copy__ = copy_context


class BookForm(forms.ModelForm):
    class Meta:
        model, fields = Book, ["title", "author", "price"]


def books(request):
    form = BookForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        form.save()
        form = BookForm()
    return render(request, "books.html", {"title": "Books <all>", "books": Book.objects.select_related("author")[:20], "form": form})


def counts(request, least):
    found = Author.objects.annotate(n=Count("books"), mean=Avg("books__price")).filter(n__gte=least).order_by("name")
    return JsonResponse({a.name: [a.n, round(float(a.mean), 2)] for a in found})


urls = types.ModuleType("urls")
urls.urlpatterns = [path("books/", books), path("counts/<int:least>/", counts), path("admin/", admin.site.urls)]
sys.modules["urls"] = urls

call_command("makemigrations", "library", verbosity=1, stdout=sys.stdout)
call_command("migrate", verbosity=0)
(app / "models.py").write_text((app / "models.py").read_text().replace("max_length=80", "max_length=90"))
call_command("migrate", "library", "zero", verbosity=0)
call_command("migrate", "library", verbosity=1, stdout=sys.stdout, no_color=True)

saved = []
post_save.connect(lambda sender, instance, created, **_: saved.append((sender.__name__, created)), weak=False)
authors = [Author.objects.create(name=f"Author {i}") for i in range(40)]
for i, author in enumerate(authors):
    author.friends.set(authors[i % 7 : i % 7 + 3])
with transaction.atomic():
    for i in range(300):
        Book.objects.create(title=f"book number {i}", author=authors[i * 7 % 40], price=i % 37 + 0.25)
try:
    with transaction.atomic():
        Author.objects.create(name="gone")
        Author.objects.create(name="Author 1")
except django.db.IntegrityError as error:
    print(type(error).__name__, error)
Book.objects.filter(Q(price__lt=3) | Q(title__endswith="9")).update(price=F("price") * 2)
print(len(saved), Author.objects.filter(name="gone").exists(), Book.objects.aggregate(Avg("price")))
print(Author.objects.filter(friends__books__price__gt=30).distinct().count(), Book.objects.filter(author__name__in=["Author 3"]).delete())
print(str(Author.objects.annotate(n=Count("books")).filter(n__gt=7).query))
User.objects.create_superuser("root", "root@example.org", "secret")


def show(response):
    text = re.sub(r'(name="csrfmiddlewaretoken" value=|csrfToken)"[^"]+"', "", response.content.decode())
    # Forms carry tokens, and the admin tells the time.
    text = re.sub(r"\d\d:\d\d(:\d\d)?|\d{4}-\d\d-\d\d|\w+ \d+, \d{4}, .*?m\.", "", text)
    print(response.status_code, response.get("Location"), len(text), hashlib.sha256(text.encode()).hexdigest())


client = Client()
for round_ in range(5):
    for url in ("/books/", "/counts/3/", f"/counts/{round_ + 7}/", "/nowhere/", "/admin/", "/admin/login/"):
        show(client.get(url))
    show(client.post("/books/", {"title": f"new {round_}", "author": authors[1].pk, "price": "1.5"}))
    show(client.post("/books/", {"title": "", "author": "999", "price": "many"}))
print(client.login(username="root", password="wrong"), client.login(username="root", password="secret"))
for url in ("/admin/", "/admin/library/book/?o=2", "/admin/library/author/1/change/", "/admin/library/book/add/"):
    show(client.get(url))
print(client.get("/counts/8/").content.decode()[:200])
connection.close()
