/** Format strings, which live in memory of the host's, and the argument area of C's varargs. */

let callbackError: u32 = 0, clearError: u32 = 0, debugLine: u32 = 0, area: u32 = 0;

export function setTexts(callbackError_: u32, clearError_: u32, debugLine_: u32, argumentArea: u32): void {
  callbackError = callbackError_;
  clearError = clearError_;
  debugLine = debugLine_;
  area = argumentArea;
}

@inline export function callbackErrorText(): u32 { return callbackError; }
@inline export function clearErrorText(): u32 { return clearError; }
@inline export function debugLineText(): u32 { return debugLine; }

/** Lays out up to three words as a C `va_list` and returns its address. */
export function argumentsAt(first: u32, second: u32, third: u32): u32 {
  store<u32>(area, first);
  store<u32>(area, second, 4);
  store<u32>(area, third, 8);
  return area;
}
