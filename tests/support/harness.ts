/**
 * The Python side of `Runtime.run`. It holds no container objects between two runs beyond its own
 * function, so that it stays out of the counts that the tests look at.
 */
export const HARNESS = `
def __run_in_own_namespace(source):
    import gc, json, sys
    from pyodide.code import eval_code

    before = gc.isenabled(), gc.get_threshold(), gc.get_debug(), list(gc.callbacks)
    hooks = sys.unraisablehook, sys.stderr
    namespace = {"__name__": "__main__", "gc": gc, "sys": sys}
    try:
        return json.dumps(eval_code(source, namespace))
    finally:
        (gc.enable if before[0] else gc.disable)()
        gc.set_threshold(*before[1])
        gc.set_debug(before[2])
        gc.callbacks[:] = before[3]
        sys.unraisablehook, sys.stderr = hooks
        gc.unfreeze()
        gc.garbage.clear()
        namespace.clear()
        gc.collect()
`;
