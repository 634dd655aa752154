// Loaded before anything else, for its effect: what is written by a name from outside can then reach no object but the one
// it was meant for. Nothing new gets on the prototypes that all objects share, and `__proto__` is a name like any other, as
// under `node --disable-proto=delete`. They are not frozen: libraries give their own objects a `toString`, which assignment
// refuses below a frozen prototype.

Reflect.deleteProperty(Object.prototype, '__proto__')
for (const prototype of [Object, Function, Array, String, Number, Boolean, RegExp, Date, Promise, Map, Set, Error]) {
  Reflect.preventExtensions(prototype)
  Reflect.preventExtensions(prototype.prototype)
}
