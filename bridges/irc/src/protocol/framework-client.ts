import { createRequire } from 'node:module'
import type { Client } from 'irc-framework'

const require = createRequire(import.meta.url)

/** The library's client; loaded at the first dial, so that a bridge without networks does not carry it. */
export function frameworkClient(): Client {
  const framework = require('irc-framework') as { Client: new () => Client }
  return new framework.Client()
}
