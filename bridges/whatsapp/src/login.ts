import {
  BridgeError,
  connectionWords,
  type BridgeHost,
  type LoginAnswers,
  type LoginProcess,
  type LoginResult,
  type LoginStep,
} from '@pons/core'
import type { WhatsAppConfig } from './config.ts'
import { fetchOptions } from './fetch-options.ts'
import { digitsOf, jidOf, loginIdOf, type Self } from './ids.ts'
import { areCodesUsedUp, codeOf } from './protocol/disconnect.ts'
import { Pairing } from './protocol/pairing.ts'

interface LoginParts {
  readonly host: BridgeHost
  readonly config: WhatsAppConfig
}

const where = 'Open WhatsApp on your phone: Settings, Linked devices, Link a device.'

/** Links a device, and keeps the credentials that come of it. */
export async function* runLogin(parts: LoginParts, flow: string, signal: AbortSignal): LoginProcess {
  const { host, config } = parts
  const egress = host.egress.forOthers
  const phone = flow === 'code' ? yield* askForNumber() : undefined
  const pairing = new Pairing(
    { logger: host.logger, fetchOptions: fetchOptions(config.server, egress), egress },
    config.server,
    signal,
  )
  try {
    for (;;) {
      const news = await pairing.next()
      if (news.kind === 'paired') return await keep(host, pairing)
      if (news.kind === 'closed') throw new BridgeError(wordsForEnd(news, flow), { cause: news.error })
      if (phone === undefined) {
        yield { kind: 'display', instructions: `${where} Then scan this code.`, format: 'qr', data: news.qr }
        continue
      }
      // A number can be asked for one code: the QR codes that follow only show that the time for it goes on.
      const code = await pairing.codeFor(phone)
      if (code === undefined) continue
      const instructions = `${where} Choose to link with the phone number, and type this code.`
      yield { kind: 'display', instructions, format: 'code', data: code }
    }
  } finally {
    await pairing.end()
  }
}

async function* askForNumber(): AsyncGenerator<LoginStep, string, LoginAnswers> {
  const given = yield {
    kind: 'input',
    instructions: 'Your phone number, with the country’s code.',
    fields: [{ id: 'phone', name: 'Phone number', type: 'phone' }],
  }
  const digits = (given['phone'] ?? '').replace(/\D/g, '')
  if (!/^[1-9]\d{4,14}$/.test(digits)) throw new BridgeError('That is no phone number; write it as +15550000001.')
  return digits
}

async function keep(host: BridgeHost, pairing: Pairing): Promise<LoginResult> {
  const { id, lid, name } = pairing.account()
  const [phone, opaque] = [jidOf(id), jidOf(lid)]
  if (phone === undefined) throw new BridgeError('WhatsApp did not say whose account it is; try again.')
  const self: Self = { phone, ...(opaque !== undefined && { lid: opaque }) }
  const login = loginIdOf(self)
  await host.store.write(pairing.writesFor(login))
  const shown = name === undefined || name === '' || name === '~' ? '' : `${name} `
  return { id: login, remoteName: `${shown}(+${digitsOf(phone)}) on WhatsApp`, metadata: { ...self } }
}

/** The connection was lost, or closed. */
const lostCodes: ReadonlySet<number> = new Set([408, 428])

function wordsForEnd({ error, wasReached }: { error: unknown; wasReached: boolean }, flow: string): string {
  const again = `Say \`login ${flow}\` to get a new one.`
  if (areCodesUsedUp(error)) return `The code was not used in time. ${again}`
  const code = codeOf(error)
  if (code === 401) return `The phone refused to link this device. ${again}`
  if (code === 403 || code === 406) return 'WhatsApp has banned this account.'
  if (code === 405) return 'WhatsApp no longer lets this version of the bridge log in; it needs an update.'
  if (code === 429) return 'Too many tries; WhatsApp asks to wait for some hours.'
  if (code === 503) return `WhatsApp has trouble of its own. Say \`login ${flow}\` to try again later.`
  if (code !== undefined && !lostCodes.has(code)) return `Linking did not work (${code}). ${again}`
  const reason = connectionWords(error)
  const why = reason === undefined ? '' : `: ${reason}`
  if (wasReached) return `The connection to WhatsApp was lost before the phone had answered${why}. ${again}`
  return `WhatsApp cannot be reached${why}. Say \`login ${flow}\` to try again.`
}
