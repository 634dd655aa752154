import type { SourceFile } from './source-file.ts'

export interface Duplicate {
  readonly one: string
  readonly other: string
  readonly lines: number
}

/** Shorter runs are mostly the form of a call. */
const LEAST = 10

/** Pairs of files with a run of ten lines or more in common, imports, comments and blank lines aside; the longest run of each. */
export function duplicates(files: readonly SourceFile[]): Duplicate[] {
  const texts = files.map(({ text }) => bareLines(text))
  const places = new Map<string, { file: number; at: number }[]>()
  for (const [file, lines] of texts.entries()) {
    for (let at = 0; at + LEAST <= lines.length; at++) {
      const run = lines.slice(at, at + LEAST).join('\n')
      const known = places.get(run)
      if (known) known.push({ file, at })
      else places.set(run, [{ file, at }])
    }
  }
  const longest = new Map<string, Duplicate>()
  for (const where of places.values()) {
    for (const [index, one] of where.entries()) {
      for (const other of where.slice(index + 1)) {
        if (one.file === other.file) continue
        const lines = commonRun(texts[one.file] ?? [], one.at, texts[other.file] ?? [], other.at)
        const key = `${one.file} ${other.file}`
        if (lines <= (longest.get(key)?.lines ?? 0)) continue
        longest.set(key, { one: files[one.file]?.path ?? '', other: files[other.file]?.path ?? '', lines })
      }
    }
  }
  return [...longest.values()].toSorted((a, b) => b.lines - a.lines)
}

function bareLines(text: string): string[] {
  const withoutImports = text.replaceAll(/^(?:import|export) (?:type )?(?:\{[^}]*\}|\*|\w+).*?from '.*'$/gm, '')
  return withoutImports
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !/^(?:\/\/|\/\*\*|\*)/.test(line))
}

function commonRun(one: readonly string[], at: number, other: readonly string[], otherAt: number): number {
  let lines = 0
  while (at + lines < one.length && one[at + lines] === other[otherAt + lines]) lines += 1
  return lines
}
