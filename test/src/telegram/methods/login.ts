import { randomBytes, randomInt } from 'node:crypto'
import { dhGenerator, dhPrime } from '../crypto/numbers.ts'
import { isProof, makeChallenge, type Verifier } from '../crypto/srp.ts'
import { RpcError } from '../rpc-error.ts'
import type { Session } from '../session.ts'
import { bytesOf, longOf, objectOf, textOf, type TlObject } from '../tl/tl-value.ts'
import type { Person } from '../world/entities.ts'
import { userOf } from '../world/render.ts'
import type { MethodContext, OpenMethod } from './method.ts'

/** core.telegram.org/api/auth, /api/srp, /api/qr-login, /api/datacenter */
export const loginMethods: Readonly<Record<string, OpenMethod>> = {
  'help.getConfig': (_call, { server, world }) => config(server.port, world.now()),

  'auth.sendCode'(call, context) {
    const { world, logins } = context
    const phone = textOf(call, 'phone_number').replace(/\D/g, '')
    const person = [...world.people.values()].find((one) => one.phone === phone)
    if (person === undefined) throw new RpcError(400, 'PHONE_NUMBER_INVALID')
    if (person.isBanned) throw new RpcError(400, 'PHONE_NUMBER_BANNED')
    sendHome(context, person)
    const hash = randomBytes(9).toString('hex')
    logins.codes.set(hash, { phone, code: String(randomInt(10_000, 99_999)) })
    return { _: 'auth.sentCode', type: { _: 'auth.sentCodeTypeApp', length: 5 }, phone_code_hash: hash, timeout: 60 }
  },

  'auth.signIn'(call, { logins, world, session }) {
    const given = logins.codes.get(textOf(call, 'phone_code_hash'))
    if (given === undefined) throw new RpcError(400, 'PHONE_CODE_EXPIRED')
    if (given.code !== call['phone_code']) throw new RpcError(400, 'PHONE_CODE_INVALID')
    logins.codes.delete(textOf(call, 'phone_code_hash'))
    const person = [...world.people.values()].find(({ phone }) => phone === given.phone)
    if (person === undefined) throw new RpcError(400, 'PHONE_NUMBER_UNOCCUPIED')
    return logInOrAsk(session, person)
  },

  'account.getPassword'(_call, { session, world }) {
    const person = personAtDoor(session, world.people)
    const verifier = person?.verifier
    const fresh = { new_algo: algorithm(), new_secure_algo: secureAlgorithm(), secure_random: randomBytes(256) }
    if (verifier === undefined) return { _: 'account.password', ...fresh }
    const challenge = makeChallenge(verifier)
    session.authKey.challenge = challenge
    const proof = {
      has_password: true,
      current_algo: algorithm(verifier),
      srp_B: challenge.publicB,
      srp_id: challenge.id,
    }
    return { _: 'account.password', ...fresh, ...proof, hint: 'the usual' }
  },

  'auth.checkPassword'(call, { session, world }) {
    const password = objectOf(call, 'password')
    const { challenge } = session.authKey
    const person = personAtDoor(session, world.people)
    if (challenge === undefined || person?.verifier === undefined || password['srp_id'] !== challenge.id) {
      throw new RpcError(400, 'SRP_ID_INVALID')
    }
    const proof = { a: bytesOf(password, 'A'), m1: bytesOf(password, 'M1') }
    if (!isProof(person.verifier, challenge, proof)) throw new RpcError(400, 'PASSWORD_HASH_INVALID')
    session.authKey.challenge = undefined
    session.authKey.awaitingPassword = undefined
    return logIn(session, person)
  },

  'auth.importBotAuthorization'(call, { world, session }) {
    const bot = [...world.people.values()].find(({ botToken }) => botToken === call['bot_auth_token'])
    if (bot === undefined) throw new RpcError(400, 'ACCESS_TOKEN_INVALID')
    return logIn(session, bot)
  },

  'auth.exportLoginToken'(_call, { session, world, logins }) {
    const accepted = session.authKey.qrAcceptedBy
    const person = accepted === undefined ? undefined : world.people.get(accepted)
    if (person !== undefined) {
      session.authKey.qrAcceptedBy = undefined
      return { _: 'auth.loginTokenSuccess', authorization: logInOrAsk(session, person) }
    }
    const token = randomBytes(24)
    logins.qrTokens.set(token.toString('hex'), session)
    return { _: 'auth.loginToken', expires: world.now() + 30, token }
  },

  'auth.importAuthorization'(call, { logins, world, session }) {
    const exported = logins.exported.get(bytesOf(call, 'bytes').toString('hex'))
    const person = exported && world.people.get(exported.userId)
    if (exported === undefined || person?.id !== longOf(call, 'id')) throw new RpcError(400, 'AUTH_BYTES_INVALID')
    session.authKey.dc = exported.dc
    return logIn(session, person)
  },
}

const thisDc = 2

/**
 * Every data centre is this server, and which of them a key was made for shows in nothing: a client that comes back with
 * another key after it was sent away has gone where it was sent.
 */
function sendHome({ logins, session }: MethodContext, person: Person): void {
  const { authKey } = session
  if (authKey.dc === person.homeDc) return
  const sentAway = logins.sentAway.get(person.id)
  logins.sentAway.set(person.id, authKey)
  if (sentAway === undefined || sentAway === authKey) throw new RpcError(303, `PHONE_MIGRATE_${person.homeDc}`)
  authKey.dc = person.homeDc
}

function personAtDoor({ authKey }: Session, people: ReadonlyMap<bigint, Person>): Person | undefined {
  return people.get(authKey.awaitingPassword ?? authKey.userId ?? 0n)
}

function logInOrAsk(session: Session, person: Person): TlObject {
  if (person.verifier === undefined) return logIn(session, person)
  session.authKey.awaitingPassword = person.id
  throw new RpcError(401, 'SESSION_PASSWORD_NEEDED')
}

function logIn(session: Session, person: Person): TlObject {
  session.authKey.userId = person.id
  return { _: 'auth.authorization', user: userOf(person, person) }
}

function algorithm(
  of: Pick<Verifier, 'salt1' | 'salt2'> = { salt1: randomBytes(8), salt2: randomBytes(16) },
): TlObject {
  const name = 'passwordKdfAlgoSHA256SHA256PBKDF2HMACSHA512iter100000SHA256ModPow'
  return { _: name, salt1: of.salt1, salt2: of.salt2, g: dhGenerator, p: dhPrime }
}

function secureAlgorithm(): TlObject {
  return { _: 'securePasswordKdfAlgoSHA512', salt: randomBytes(8) }
}

function config(port: number, now: number): TlObject {
  const options = [1, 2, 3, 4, 5].map((id) => ({ _: 'dcOption', id, ip_address: '127.0.0.1', port }))
  return {
    _: 'config',
    date: now,
    expires: now + 3600,
    test_mode: false,
    this_dc: thisDc,
    dc_options: options,
    dc_txt_domain_name: '',
    chat_size_max: 200,
    megagroup_size_max: 200_000,
    forwarded_count_max: 100,
    online_update_period_ms: 210_000,
    offline_blur_timeout_ms: 5000,
    offline_idle_timeout_ms: 30_000,
    online_cloud_timeout_ms: 300_000,
    notify_cloud_delay_ms: 30_000,
    notify_default_delay_ms: 1500,
    push_chat_period_ms: 60_000,
    push_chat_limit: 2,
    edit_time_limit: 172_800,
    revoke_time_limit: 2_147_483_647,
    revoke_pm_time_limit: 2_147_483_647,
    rating_e_decay: 2_419_200,
    stickers_recent_limit: 200,
    channels_read_media_period: 604_800,
    call_receive_timeout_ms: 20_000,
    call_ring_timeout_ms: 90_000,
    call_connect_timeout_ms: 30_000,
    call_packet_timeout_ms: 10_000,
    me_url_prefix: 'https://t.me/',
    caption_length_max: 1024,
    message_length_max: 4096,
    webfile_dc_id: 4,
  }
}
