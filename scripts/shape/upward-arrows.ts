import type { SourceFile } from './source-file.ts'

export interface UpwardArrow {
  readonly from: string
  readonly to: string
}

/**
 * Imports against the stream inside a package: where two folders import from each other, those of the direction that has fewer.
 * What lies in a package's `src` itself puts the folders together, so each such file is a place of its own.
 */
export function upwardArrows(files: readonly SourceFile[]): UpwardArrow[] {
  const known = new Set(files.map(({ path }) => path))
  const arrows = new Map<string, UpwardArrow[]>()
  for (const file of files) {
    for (const { path } of file.imports) {
      const [from, to] = [placeOf(file.path), placeOf(path)]
      if (from === to || !known.has(path)) continue
      const key = `${from}\0${to}`
      arrows.set(key, [...(arrows.get(key) ?? []), { from: file.path, to: path }])
    }
  }
  return [...arrows].flatMap(([key, forth]) => {
    const [from, to] = key.split('\0') as [string, string]
    const back = arrows.get(`${to}\0${from}`) ?? []
    if (back.length === 0) return []
    const isFewer = forth.length < back.length || (forth.length === back.length && from > to)
    return isFewer ? forth : []
  })
}

function placeOf(path: string): string {
  const [, packageAndSource, inside = ''] = /^(.*?\/src)\/(.*)$/.exec(path) ?? []
  const folder = inside.includes('/') ? inside.slice(0, inside.indexOf('/')) : inside
  return `${packageAndSource}/${folder}`
}
