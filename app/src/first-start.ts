import { randomBytes } from 'node:crypto'
import { existsSync, writeFileSync } from 'node:fs'
import { userIdOf, type ServerName, type UserId } from '@pons/matrix'
import { createPerson, type Homeserver } from '@pons/homeserver'
import { PonsConfig } from './config/schema.ts'
import { renderConfig } from './config/render-config.ts'

/** Writes a commented configuration where there is none: for the bundled homeserver, unless settings are given. Returns whether it did. */
export function writeFirstConfig(file: string, chosen: Record<string, unknown> = forBundled()): boolean {
  if (existsSync(file)) return false
  writeFileSync(file, renderConfig(PonsConfig, chosen), { mode: 0o600, flag: 'wx' })
  return true
}

function forBundled(): Record<string, unknown> {
  return {
    server_name: 'localhost',
    listeners: [{ host: '127.0.0.1', port: 8008 }],
    registration: { shared_secret: randomBytes(24).toString('base64url') },
  }
}

export interface FirstAccount {
  readonly userId: UserId
  readonly password: string
}

/** The account of whoever started the server, made once; undefined when there is one already. */
export async function makeFirstAccount(
  homeserver: Homeserver,
  serverName: ServerName,
): Promise<FirstAccount | undefined> {
  const userId = userIdOf('admin', serverName)
  const { services } = homeserver
  if ((await services.accounts.find(userId)) !== undefined) return undefined
  const password = readablePassword()
  await createPerson(services, { userId, password, isAdmin: true })
  return { userId, password }
}

/** Eighty bits in letters that cannot be mistaken for one another. */
function readablePassword(): string {
  const alphabet = 'abcdefghijkmnpqrstuvwxyz23456789'
  const letters = [...randomBytes(16)].map((byte) => alphabet[byte % 32])
  return [0, 4, 8, 12].map((at) => letters.slice(at, at + 4).join('')).join('-')
}
