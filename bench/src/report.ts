import { createWriteStream } from 'node:fs'
import { once } from 'node:events'
import { cpus, totalmem } from 'node:os'
import { isMet, rounded, targetText, type Figure } from './result.ts'

/** A table for people. */
export function table(figures: readonly Figure[]): string {
  const rows = figures.map((figure) => [
    figure.bench,
    figure.metric,
    `${rounded(figure.value)} ${figure.unit}`,
    targetText(figure),
    figure.target === undefined ? '' : isMet(figure) ? 'ok' : 'MISSED',
  ])
  const all = [['bench', 'metric', 'value', 'target', ''], ...rows]
  const widths = [0, 1, 2, 3].map((column) => Math.max(...all.map((row) => row[column]?.length ?? 0)))
  return all
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

/** One JSON object a line: machine and versions first, then the figures. */
export async function writeJson(file: string, figures: readonly Figure[]): Promise<void> {
  const out = createWriteStream(file)
  const machine = {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    memory_gib: Math.round(totalmem() / 2 ** 30),
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
  }
  out.write(`${JSON.stringify(machine)}\n`)
  for (const figure of figures) {
    const { bench, metric, unit } = figure
    const line = { bench, metric, value: rounded(figure.value), unit, target: targetText(figure), ok: isMet(figure) }
    out.write(`${JSON.stringify(line)}\n`)
  }
  out.end()
  await once(out, 'close')
}
