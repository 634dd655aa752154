import type { Marks } from './document.ts'

export function isSameMarks(a: Marks = {}, b: Marks = {}): boolean {
  const names = Object.keys({ ...a, ...b }) as (keyof Marks)[]
  return names.every((name) => a[name] === b[name])
}
