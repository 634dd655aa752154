import type { SourceFile } from './source-file.ts'

/** Groups of files that all reach each other by their imports: Tarjan's strongly connected components of more than one. */
export function circles(files: readonly SourceFile[], options: { types: boolean }): string[][] {
  const byPath = new Map(files.map((file) => [file.path, file]))
  const index = new Map<string, number>()
  const low = new Map<string, number>()
  const stack: string[] = []
  const found: string[][] = []
  const visit = (file: SourceFile): void => {
    index.set(file.path, index.size)
    low.set(file.path, index.size - 1)
    stack.push(file.path)
    for (const { path, isType } of file.imports) {
      const next = byPath.get(path)
      if (!next || (isType && !options.types)) continue
      if (!index.has(path)) visit(next)
      else if (!stack.includes(path)) continue
      low.set(file.path, Math.min(low.get(file.path) ?? 0, low.get(path) ?? 0))
    }
    if (low.get(file.path) !== index.get(file.path)) return
    const group = stack.splice(stack.indexOf(file.path))
    if (group.length > 1) found.push(group.toSorted((a, b) => a.localeCompare(b)))
  }
  for (const file of files) if (!index.has(file.path)) visit(file)
  return found
}
