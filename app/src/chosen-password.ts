import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'

/** The first line of a file; a new one without. */
export function chosenPassword(file: string | undefined): string {
  if (file === undefined) return randomBytes(12).toString('base64url')
  return readFileSync(file, 'utf8').split('\n')[0] ?? ''
}
