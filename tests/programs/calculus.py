"""Symbolic mathematics with sympy: integrals, limits, series, equations, matrices, number theory."""

from sympy import (
    Eq,
    Function,
    Matrix,
    Rational,
    cos,
    diff,
    dsolve,
    exp,
    expand,
    factor,
    factorint,
    groebner,
    integrate,
    limit,
    log,
    oo,
    series,
    simplify,
    sin,
    solve,
    sqrt,
    symbols,
    tan,
)

x, y, z = symbols("x y z")
a = symbols("a", positive=True)
f = Function("f")

integrals = [
    x**3 * exp(x) * sin(x),
    1 / (x**4 + 1),
    log(x) ** 3 / x,
    sin(x) ** 4 * cos(x) ** 3,
    x * exp(-a * x**2),
    sqrt(1 - x**2),
]
for integrand in integrals:
    result = integrate(integrand, x)
    check = simplify(diff(result, x) - integrand)
    print("integral of", integrand, "=", result, "| derivative differs by", check)

print("Gauss", integrate(exp(-(x**2)), (x, -oo, oo)))
print("limit", limit((tan(x) - sin(x)) / x**3, x, 0), limit((1 + 1 / x) ** x, x, oo))
print("series", series(exp(sin(x)), x, 0, 9))
print("cubic", solve(x**3 - 6 * x**2 + 11 * x - 6, x))
print("system", solve([x**2 + y**2 - 25, x - y - 1], [x, y]))
print("equation", dsolve(Eq(f(x).diff(x, 2) + 4 * f(x), sin(x)), f(x)))
print("basis", groebner([x * y - z, y * z - x, z * x - y], x, y, z).exprs)

hilbert = Matrix(6, 6, lambda i, j: Rational(1, i + j + 1))
print("determinant", hilbert.det(), "inverse corner", hilbert.inv()[5, 5])
print("eigenvalues", Matrix([[2, 1, 0], [1, 2, 1], [0, 1, 2]]).eigenvals())
print("factors", factor(expand((x + y) ** 5 * (x - 2 * y) ** 3)), factorint(2**67 - 1))
