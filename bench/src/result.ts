/** One measured value, as it is printed and written. */
export interface Figure {
  readonly bench: string
  readonly metric: string
  readonly value: number
  readonly unit: string
  /** What it should be, and in words what that is a multiple of. */
  readonly target?: { readonly words?: string } & ({ readonly atMost: number } | { readonly atLeast: number })
}

export function isMet({ value, target }: Figure): boolean {
  if (target === undefined) return true
  return 'atMost' in target ? value <= target.atMost : value >= target.atLeast
}

export function targetText({ target }: Figure): string {
  if (target === undefined) return ''
  return 'atMost' in target
    ? `<= ${rounded(target.atMost)}${inWords(target)}`
    : `>= ${rounded(target.atLeast)}${inWords(target)}`
}

function inWords({ words }: { readonly words?: string }): string {
  return words === undefined ? '' : `: ${words}`
}

/** `fraction` of 0.5 is the median. */
export function quantile(values: readonly number[], fraction: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * fraction))] ?? Number.NaN
}

export function rounded(value: number): number {
  return value >= 100 ? Math.round(value) : Math.round(value * 100) / 100
}
