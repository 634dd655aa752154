import { networkNamePattern } from '../ids.ts'

/** A short name for a network nobody named: `libera` of `irc.libera.chat`. */
export function nameOfAddress(host: string): string {
  const labels = host
    .toLowerCase()
    .split('.')
    .filter((label) => label !== '' && label !== 'irc' && label !== 'chat')
  const isNumeric = /^[0-9.:]+$/.test(host)
  const name = (isNumeric ? host : (labels.at(labels.length > 1 ? -2 : 0) ?? host))
    .replaceAll(/[^a-z0-9-]/gi, '-')
    .toLowerCase()
    .slice(0, 32)
  return networkNamePattern.test(name) ? name : 'irc'
}
