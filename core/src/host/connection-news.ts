import type { Health } from '../health.ts'
import { logFailure, type FailureLog } from '../log-failure.ts'
import type { Logins } from '../login/logins.ts'
import type { BridgeHost } from '../network/bridge-host.ts'
import { tellUser, type TellUserParts } from './tell-user.ts'

export interface ConnectionParts extends TellUserParts, FailureLog {
  readonly health: Health
  readonly logins: Logins
}

/** How a connection is: kept, and told to its owner where they have to do something. */
export function connectionNews(parts: ConnectionParts): BridgeHost['clientState'] {
  const { health, logins, logger } = parts
  return (report) => {
    const before = health.note(report)
    logins.endings.note(report)
    if (before?.state !== report.state) logger.info({ ...report }, 'connection changed')
    const owner = report.login && logins.ownerOf(report.login)
    if (owner === undefined || report.state !== 'BAD_CREDENTIALS' || before?.state === 'BAD_CREDENTIALS') return
    const words = `${report.name}: ${report.message ?? 'the login is no longer valid'}. Say \`login\` to log in again.`
    tellUser(parts, owner, words).catch((error: unknown) =>
      logFailure(parts, 'warn', { err: error }, 'owner of a login could not be told'),
    )
  }
}
