#!/bin/sh
# Fetches CPython's own tests from Debian's packages into .cache/cpython-tests, for `npm run test:cpython`.
# Installs nothing and needs no root: Debian splits the `test` package over two packages, and unpacking both into
# one directory puts it together. Does nothing when it is there already; `rm -r .cache/cpython-tests` starts anew.
set -eu

cd "$(dirname "$0")/.."
version=${1:-3.11}
target=.cache/cpython-tests
package="$target/usr/lib/python$version/test"

if [ -f "$package/test_gc.py" ] && [ -f "$package/support/__init__.py" ]; then
  echo "CPython $version's tests are in $package"
  exit 0
fi
for tool in apt-get dpkg-deb; do
  command -v "$tool" >/dev/null || {
    echo "$tool is not here: this needs Debian or Ubuntu. Set CPYTHON_TESTS to a CPython's Lib directory instead." >&2
    exit 1
  }
done

download="$target/download"
mkdir -p "$download"
# The lists of packages may be missing (in a fresh container) or older than the mirror.
fetch() { (cd "$download" && apt-get download -q "libpython$version-testsuite" "libpython$version-stdlib"); }
fetch || { apt-get update -q && fetch; }
for package_file in "$download"/*.deb; do
  dpkg-deb --extract "$package_file" "$target"
done
rm -r "$download"
test -f "$package/test_gc.py" || { echo "the packages hold no $package/test_gc.py" >&2; exit 1; }
echo "CPython $version's tests are in $package"
