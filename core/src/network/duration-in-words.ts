const units = [
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
  ['second', 1],
] as const

/** `7 days`, `1 hour`, `90 seconds`: in the largest unit up to a day that says it exactly. */
export function durationInWords(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds))
  const [name, size] = units.find(([, length]) => whole % length === 0 && whole >= length) ?? ['second', 1]
  const count = whole / size
  return `${count} ${name}${count === 1 ? '' : 's'}`
}
