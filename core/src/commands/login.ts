import { BridgeError } from '../bridge-error.ts'
import { loginId } from '../network/ids.ts'
import type { ActiveLogin } from '../login/logins.ts'
import type { Command, CommandRequest } from './command.ts'

export const login: Command = {
  name: 'login',
  usage: 'login [FLOW]',
  description: 'Connect with an account of your own.',
  async run({ context, logins, userId, roomId, args }) {
    const flows = context.connector.loginFlows
    const flow = args[0] === undefined && flows.length === 1 ? flows[0] : flows.find(({ id }) => id === args[0])
    if (flow !== undefined) return await logins.start(userId, roomId, flow.id)
    const list = flows.map(({ id, name, description }) => `* \`login ${id}\` – ${name}: ${description}`)
    return ['How do you want to log in?', '', ...list].join('\n')
  },
}

export const cancel: Command = {
  name: 'cancel',
  usage: 'cancel',
  description: 'Give up the login in progress.',
  async run({ logins, userId }) {
    return (await logins.cancel(userId)) ? 'Cancelled.' : 'There is nothing to cancel.'
  },
}

export const listLogins: Command = {
  name: 'list-logins',
  usage: 'list-logins',
  description: 'Show your logins.',
  run: async ({ context, userId }) => {
    const own = context.logins.ofUser(userId)
    if (own.length === 0) return 'You are not logged in.'
    return own
      .map(({ record, isPreferred }) => `* \`${record.id}\` – ${record.remoteName}${isPreferred ? ' (preferred)' : ''}`)
      .join('\n')
  },
}

export const logout: Command = {
  name: 'logout',
  usage: 'logout [LOGIN]',
  description: 'End a login.',
  async run(request) {
    const { record } = ownLogin(request)
    await request.context.logins.remove(record.id)
    return `Logged out ${record.remoteName}.`
  },
}

export const setPreferredLogin: Command = {
  name: 'set-preferred-login',
  aliases: ['prefer'],
  usage: 'set-preferred-login LOGIN',
  description: 'Choose which of your logins speaks where several could.',
  async run(request) {
    const { record } = ownLogin(request)
    await request.context.logins.prefer(request.userId, record.id)
    return `${record.remoteName} is preferred now.`
  },
}

/** The login that was named, or the only one there is. */
function ownLogin({ context, userId, args }: CommandRequest): ActiveLogin {
  const own = context.logins.ofUser(userId)
  if (own.length === 0) throw new BridgeError('You are not logged in.')
  const named = args[0] === undefined ? undefined : own.find(({ record }) => record.id === loginId(args[0] ?? ''))
  if (named !== undefined) return named
  if (args[0] === undefined && own.length === 1 && own[0] !== undefined) return own[0]
  throw new BridgeError(`Which login? You have: ${own.map(({ record }) => `\`${record.id}\``).join(', ')}`)
}
