import {
  BridgeError,
  type BridgeHost,
  type LoginAnswers,
  type LoginProcess,
  type LoginResult,
  type LoginStep,
} from '@pons/core'
import { ownValue } from '@pons/matrix'
import { Api } from 'telegram'
import { computeCheck } from 'telegram/Password.js'
import type { TelegramConfig } from './config.ts'
import { loginIdOf } from './ids.ts'
import { LoginConnection, type Patience } from './login-connection.ts'
import { refusalOf } from './protocol/refusal-of.ts'
import { waitOf } from './protocol/wait-of.ts'
import { sessionWrite } from './stored-session.ts'

type Steps<T> = AsyncGenerator<LoginStep, T, LoginAnswers>

const maxQrCodes = 10

/** Asks for what Telegram wants to know, and keeps the session that comes of it. */
export async function* runLogin(
  parts: {
    readonly host: BridgeHost
    readonly config: TelegramConfig
    readonly apiId: number
    readonly apiHash: string
    readonly patience?: Patience
  },
  flow: string,
  signal: AbortSignal,
): LoginProcess {
  const connection = await LoginConnection.open(parts, signal)
  try {
    const user = yield* userOf(connection, flow)
    return await keep(parts.host, connection, user)
  } catch (error) {
    throw inWords(error)
  } finally {
    await connection.close()
  }
}

async function* userOf(connection: LoginConnection, flow: string): Steps<Api.User> {
  switch (flow) {
    case 'qr':
      return yield* byQr(connection)
    case 'bot':
      return yield* asBot(connection)
    default:
      return yield* byPhone(connection)
  }
}

async function keep(host: BridgeHost, connection: LoginConnection, user: Api.User): Promise<LoginResult> {
  const id = loginIdOf(user.id.toString())
  await host.store.write([sessionWrite(id, connection.session)])
  const name = [user.firstName, user.lastName].filter(Boolean).join(' ')
  const number = user.phone === undefined ? '' : ` (+${user.phone})`
  return { id, remoteName: `${name}${number} on Telegram`, metadata: {} }
}

async function* byPhone(connection: LoginConnection): Steps<Api.User> {
  const given = yield input('Your phone number, with the country’s code.', {
    id: 'phone',
    name: 'Phone number',
    type: 'phone',
  })
  const phone = (given['phone'] ?? '').replace(/[^\d+]/g, '')
  if (!/^\+?\d{5,15}$/.test(phone)) throw new BridgeError('That is no phone number; write it as +15550000001.')
  const sent = await connection.sendCode(phone)
  let problem = ''
  for (;;) {
    const answer = yield input(`${problem}Telegram has sent a code to ${phone}.`, {
      id: 'code',
      name: 'Code',
      type: 'text',
    })
    const code = (answer['code'] ?? '').replace(/\D/g, '')
    try {
      return userIn(
        await connection.call(new Api.auth.SignIn({ phoneNumber: phone, phoneCodeHash: sent, phoneCode: code })),
      )
    } catch (error) {
      const refusal = refusalOf(error)
      if (refusal === 'SESSION_PASSWORD_NEEDED') return yield* byPassword(connection)
      if (refusal !== 'PHONE_CODE_INVALID' && refusal !== 'PHONE_CODE_EMPTY') throw error
      problem = 'That code is wrong. '
    }
  }
}

async function* byPassword(connection: LoginConnection): Steps<Api.User> {
  let problem = ''
  for (;;) {
    const wanted = await connection.call(new Api.account.GetPassword())
    const hint = wanted.hint === undefined || wanted.hint === '' ? '' : ` Its hint: ${wanted.hint}.`
    const text = `${problem}This account has a second password (two-step verification).${hint}`
    const answer = yield input(text, { id: 'password', name: 'Password', type: 'password' })
    try {
      const password = await computeCheck(wanted, answer['password'] ?? '')
      return userIn(await connection.call(new Api.auth.CheckPassword({ password })))
    } catch (error) {
      if (refusalOf(error) !== 'PASSWORD_HASH_INVALID' && refusalOf(error) !== 'SRP_ID_INVALID') throw error
      problem = 'That password is wrong. '
    }
  }
}

async function* asBot(connection: LoginConnection): Steps<Api.User> {
  const given = yield input('The token that @BotFather gave you.', { id: 'token', name: 'Token', type: 'password' })
  const botAuthToken = (given['token'] ?? '').trim()
  return userIn(
    await connection.call(new Api.auth.ImportBotAuthorization({ flags: 0, ...connection.application, botAuthToken })),
  )
}

async function* byQr(connection: LoginConnection): Steps<Api.User> {
  for (let shown = 0; shown < maxQrCodes; shown++) {
    const answer = await connection.exportToken()
    if (answer instanceof Api.auth.LoginTokenSuccess) return userIn(answer.authorization)
    if (!(answer instanceof Api.auth.LoginToken))
      throw new BridgeError('Telegram sent something unexpected; try again.')
    const data = `tg://login?token=${answer.token.toString('base64url')}`
    const instructions = 'Open Telegram on your phone: Settings, Devices, Link desktop device. Then scan this code.'
    yield { kind: 'display', instructions, format: 'qr', data }
    if (!(await connection.untilAccepted(answer.expires))) continue
    try {
      const accepted = await connection.exportToken()
      if (accepted instanceof Api.auth.LoginTokenSuccess) return userIn(accepted.authorization)
    } catch (error) {
      if (refusalOf(error) !== 'SESSION_PASSWORD_NEEDED') throw error
      return yield* byPassword(connection)
    }
  }
  throw new BridgeError('No code was scanned in time. Say `login qr` to get new ones.')
}

function input(instructions: string, field: Extract<LoginStep, { kind: 'input' }>['fields'][number]): LoginStep {
  return { kind: 'input', instructions, fields: [field] }
}

function userIn(authorization: Api.auth.TypeAuthorization): Api.User {
  if (!(authorization instanceof Api.auth.Authorization)) {
    throw new BridgeError('There is no Telegram account with this number; make one in the app first.')
  }
  const { user } = authorization
  if (!(user instanceof Api.User)) throw new BridgeError('Telegram did not say who you are; try again.')
  return user
}

const refusals: Readonly<Record<string, string>> = {
  PHONE_NUMBER_INVALID: 'Telegram knows no such phone number.',
  PHONE_NUMBER_BANNED: 'Telegram has banned this phone number.',
  PHONE_NUMBER_FLOOD: 'Too many codes were asked for this number; try again tomorrow.',
  PHONE_CODE_EXPIRED: 'The code has expired. Say `login phone` to get a new one.',
  PHONE_PASSWORD_FLOOD: 'Too many wrong passwords; try again later.',
  ACCESS_TOKEN_INVALID: 'That token is wrong.',
  ACCESS_TOKEN_EXPIRED: 'That token is no longer good.',
  API_ID_INVALID: 'networks.telegram.api_id and api_hash do not belong together.',
  USER_DEACTIVATED: 'Telegram has deactivated this account.',
  USER_DEACTIVATED_BAN: 'Telegram has banned this account.',
  UPDATE_APP_TO_LOGIN: 'Telegram no longer lets this version of the bridge log in.',
}

function inWords(error: unknown): unknown {
  const seconds = waitOf(error)
  if (seconds !== undefined) return new BridgeError(`Telegram asks to wait ${seconds} seconds before the next try.`)
  const refusal = refusalOf(error)
  if (refusal === undefined) return hasTrouble(error) ? new BridgeError(trouble, { cause: error }) : error
  if ((error as { code?: unknown }).code === 500) return new BridgeError(trouble, { cause: error })
  return new BridgeError(ownValue(refusals, refusal) ?? `Telegram refuses: ${refusal}.`, { cause: error })
}

const trouble = 'Telegram has trouble of its own; try again later.'

/** What the client says when it has repeated a request that met a fault of the server's, in vain. */
function hasTrouble(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('Request was unsuccessful')
}
