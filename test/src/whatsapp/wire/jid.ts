/** Parts of `user:device@server`; device 0 is written without a device. */
export interface Jid {
  readonly user: string
  readonly device: number
  readonly server: string
}

const pattern = /^([0-9A-Za-z.-]*?)(?::([1-9]\d*))?@(s\.whatsapp\.net|lid|g\.us|broadcast)$/

/** Undefined where it is no JID that may be written, `user:0@…` among them. */
export function parseJid(text: string | undefined): Jid | undefined {
  const match = pattern.exec(text ?? '')
  if (match === null) return undefined
  return { user: match[1] ?? '', device: Number(match[2] ?? 0), server: match[3] ?? '' }
}
