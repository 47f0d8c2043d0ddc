/** The C functions that the kernel imports, in kernel/host.ts's words. */
export const PYTHON_FUNCTIONS = [
  "_Py_Dealloc",
  "PyObject_GC_Del",
  "_PyWeakref_ClearRef",
  "PyType_IsSubtype",
  "PyObject_CallOneArg",
  "PyErr_Occurred",
  "PyErr_Clear",
  "PyErr_FormatUnraisable",
  "PyErr_WriteUnraisable",
  "PySys_FormatStderr",
  "PyList_Append",
  "memalign",
  "malloc_usable_size",
] as const;
