;; The C functions of the hand-built extension `gctypes`: what a compiler would emit for
;;
;;   struct Node { PyObject_HEAD; PyObject *a; PyObject *b; PyObject *weakrefs; };
;;
;; Object header 8 bytes, so a is at +8, b at +12, weakrefs at +16. Only functions are here; imports,
;; data, the table and relocations are laid out by link.ts, which also gives every function named in
;; types.ts a place in the table.

;; Py_VISIT: NULL is not visited.
(func $visit_ref (param $ref i32) (param $visit i32) (param $arg i32) (result i32)
  (if (result i32) (local.get $ref)
    (then (call_indirect (type $visitproc) (local.get $ref) (local.get $arg) (local.get $visit)))
    (else (i32.const 0))))

;; Since CPython 3.9 an instance of a heap type owns a reference to its type (+4) and must visit it.
(func $visit_type (param $self i32) (param $visit i32) (param $arg i32) (result i32)
  (call $visit_ref (i32.load offset=4 (local.get $self)) (local.get $visit) (local.get $arg)))

(func $visit_a (param $self i32) (param $visit i32) (param $arg i32) (result i32)
  (call $visit_ref (i32.load offset=8 (local.get $self)) (local.get $visit) (local.get $arg)))

(func $visit_b (param $self i32) (param $visit i32) (param $arg i32) (result i32)
  (call $visit_ref (i32.load offset=12 (local.get $self)) (local.get $visit) (local.get $arg)))

;; Correct: type, a, b; stops when visit says so, as Py_VISIT does.
(func $traverse_good (param $self i32) (param $visit i32) (param $arg i32) (result i32)
  (local $r i32)
  (if (local.tee $r (call $visit_type (local.get $self) (local.get $visit) (local.get $arg)))
    (then (return (local.get $r))))
  (if (local.tee $r (call $visit_a (local.get $self) (local.get $visit) (local.get $arg)))
    (then (return (local.get $r))))
  (call $visit_b (local.get $self) (local.get $visit) (local.get $arg)))

;; Wrong: a and b are owned, nothing is visited.
(func $traverse_missing (param $self i32) (param $visit i32) (param $arg i32) (result i32)
  (i32.const 0))

;; Wrong: b is forgotten.
(func $traverse_partial (param $self i32) (param $visit i32) (param $arg i32) (result i32)
  (drop (call $visit_type (local.get $self) (local.get $visit) (local.get $arg)))
  (call $visit_a (local.get $self) (local.get $visit) (local.get $arg)))

;; Wrong since 3.9, and common in extensions written before: the type is forgotten.
(func $traverse_untyped (param $self i32) (param $visit i32) (param $arg i32) (result i32)
  (drop (call $visit_a (local.get $self) (local.get $visit) (local.get $arg)))
  (call $visit_b (local.get $self) (local.get $visit) (local.get $arg)))

;; Wrong: a is owned once and visited twice, so trial deletion subtracts one too many.
(func $traverse_twice (param $self i32) (param $visit i32) (param $arg i32) (result i32)
  (drop (call $traverse_good (local.get $self) (local.get $visit) (local.get $arg)))
  (call $visit_a (local.get $self) (local.get $visit) (local.get $arg)))

;; Odd but harmless: visits everything, then returns non-zero though no visit asked to stop.
(func $traverse_nonzero (param $self i32) (param $visit i32) (param $arg i32) (result i32)
  (drop (call $traverse_good (local.get $self) (local.get $visit) (local.get $arg)))
  (i32.const 1))

;; Wrong signature: no `arg`. A call through the traverseproc type traps in call_indirect.
(func $traverse_bad_signature (param $self i32) (param $visit i32) (result i32)
  (i32.const 0))

;; Traps every time: stands for an extension that crashes in its tp_traverse.
(func $traverse_trap (param $self i32) (param $visit i32) (param $arg i32) (result i32)
  (unreachable))

;; Py_CLEAR of one slot: the slot is NULL before the reference is given up.
(func $clear_slot (param $slot i32)
  (local $old i32)
  (local.set $old (i32.load (local.get $slot)))
  (i32.store (local.get $slot) (i32.const 0))
  (call $Py_DecRef (local.get $old)))

(func $clear_good (param $self i32) (result i32)
  (call $clear_slot (i32.add (local.get $self) (i32.const 8)))
  (call $clear_slot (i32.add (local.get $self) (i32.const 12)))
  (i32.const 0))

(func $clear_trap (param $self i32) (result i32)
  (unreachable))

;; Clears, then leaves an exception set: CPython reports it as unraisable and goes on.
(func $clear_raises (param $self i32) (result i32)
  (drop (call $clear_good (local.get $self)))
  (call $PyErr_SetString (i32.load (global.get $PyExc_RuntimeError)) (global.get $clear_message))
  (i32.const -1))

;; tp_finalize: calls `a` when it is callable, as a Python-level __del__ would run arbitrary code.
(func $finalize_calls_a (param $self i32)
  (local $pending i32)
  (local $result i32)
  (local.set $pending (call $PyErr_GetRaisedException))
  (if (call $PyCallable_Check (i32.load offset=8 (local.get $self)))
    (then
      (local.set $result (call $PyObject_CallOneArg (i32.load offset=8 (local.get $self)) (local.get $self)))
      (if (local.get $result)
        (then (call $Py_DecRef (local.get $result)))
        (else (call $PyErr_WriteUnraisable (local.get $self))))))
  (call $PyErr_SetRaisedException (local.get $pending)))

;; The usual tp_dealloc of a heap type; $gc says how the memory was had.
(func $dealloc (param $self i32) (param $gc i32)
  (local $type i32)
  (local.set $type (i32.load offset=4 (local.get $self)))
  (if (i32.load offset=16 (local.get $self))
    (then (call $PyObject_ClearWeakRefs (local.get $self))))
  (drop (call $clear_good (local.get $self)))
  (if (local.get $gc)
    (then (call $PyObject_GC_Del (local.get $self)))
    (else (call $PyObject_Free (local.get $self))))
  (call $Py_DecRef (local.get $type)))

(func $dealloc_gc (param $self i32)
  (call $PyObject_GC_UnTrack (local.get $self))
  (call $dealloc (local.get $self) (i32.const 1)))

(func $dealloc_finalize (param $self i32)
  (if (call $PyObject_CallFinalizerFromDealloc (local.get $self)) (then (return)))
  (call $dealloc_gc (local.get $self)))

(func $dealloc_plain (param $self i32)
  (call $dealloc (local.get $self) (i32.const 0)))

;; m_traverse/m_clear of the module and its exec slot: one type per table row is added to the module.
(func $exec (param $module i32) (result i32)
  (local $spec i32)
  (local $type i32)
  (local.set $spec (global.get $specs))
  (block $done
    (loop $next
      (br_if $done (i32.eq (local.get $spec) (global.get $specs_end)))
      (local.set $type
        (call $PyType_FromModuleAndSpec (local.get $module) (local.get $spec) (i32.const 0)))
      (if (i32.eqz (local.get $type)) (then (return (i32.const -1))))
      (if (call $PyModule_AddType (local.get $module) (local.get $type))
        (then (call $Py_DecRef (local.get $type)) (return (i32.const -1))))
      (call $Py_DecRef (local.get $type))
      (local.set $spec (i32.add (local.get $spec) (i32.const 20)))
      (br $next)))
  (i32.const 0))

;; untrack(object): PyObject_GC_UnTrack from Python, as extensions do for objects they think are leaves.
(func $untrack (param $module i32) (param $object i32) (result i32)
  (call $PyObject_GC_UnTrack (local.get $object))
  (call $Py_IncRef (local.get $object))
  (local.get $object))

(func $init (export "PyInit_gctypes") (result i32)
  (call $PyModuleDef_Init (global.get $moduledef)))
