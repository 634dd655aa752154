import { BridgeError } from '../bridge-error.ts'
import { loginId } from '../network/ids.ts'
import type { ActiveLogin, Logins } from '../login/logins.ts'
import type { NetworkConnector } from '../network/connector.ts'
import type { Command, CommandRequest } from './command.ts'

export interface OwnLoginsParts {
  readonly logins: Logins
}

export const login: Command<{ readonly connector: NetworkConnector }> = {
  name: 'login',
  usage: 'login [FLOW]',
  description: 'Connect with an account of your own.',
  async run({ processes, userId, roomId, args }, { connector }) {
    const flows = connector.loginFlows
    const flow = args[0] === undefined && flows.length === 1 ? flows[0] : flows.find(({ id }) => id === args[0])
    if (flow !== undefined) return await processes.start(userId, roomId, flow.id)
    const list = flows.map(({ id, name, description }) => `* \`login ${id}\` – ${name}: ${description}`)
    return ['How do you want to log in?', '', ...list].join('\n')
  },
}

export const cancel: Command<unknown> = {
  name: 'cancel',
  usage: 'cancel',
  description: 'Give up the login in progress.',
  async run({ processes, userId }) {
    return (await processes.cancel(userId)) ? 'Cancelled.' : 'There is nothing to cancel.'
  },
}

export const listLogins: Command<OwnLoginsParts> = {
  name: 'list-logins',
  usage: 'list-logins',
  description: 'Show your logins.',
  run: async ({ userId }, { logins }) => {
    const own = logins.ofUser(userId)
    if (own.length === 0) return 'You are not logged in.'
    return own
      .map(({ record, isPreferred }) => `* \`${record.id}\` – ${record.remoteName}${isPreferred ? ' (preferred)' : ''}`)
      .join('\n')
  },
}

export const logout: Command<OwnLoginsParts> = {
  name: 'logout',
  usage: 'logout [LOGIN]',
  description: 'End a login.',
  async run(request, { logins }) {
    const { record } = ownLogin(request, logins)
    await logins.remove(record.id)
    return `Logged out ${record.remoteName}.`
  },
}

export const setPreferredLogin: Command<OwnLoginsParts> = {
  name: 'set-preferred-login',
  aliases: ['prefer'],
  usage: 'set-preferred-login LOGIN',
  description: 'Choose which of your logins speaks where several could.',
  async run(request, { logins }) {
    const { record } = ownLogin(request, logins)
    await logins.prefer(request.userId, record.id)
    return `${record.remoteName} is preferred now.`
  },
}

/** The login that was named, or the only one there is. */
function ownLogin({ userId, args }: CommandRequest, logins: Logins): ActiveLogin {
  const own = logins.ofUser(userId)
  if (own.length === 0) throw new BridgeError('You are not logged in.')
  const named = args[0] === undefined ? undefined : own.find(({ record }) => record.id === loginId(args[0] ?? ''))
  if (named !== undefined) return named
  if (args[0] === undefined && own.length === 1 && own[0] !== undefined) return own[0]
  throw new BridgeError(`Which login? You have: ${own.map(({ record }) => `\`${record.id}\``).join(', ')}`)
}
