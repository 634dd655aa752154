import type { Dispatch } from '@pons/http'
import { isJsonObject, isUserId, serverNameOf } from '@pons/matrix'
import type { Logger } from 'pino'
import { setTimeout as pause } from 'node:timers/promises'
import type { LoadedConfig } from './config/load-config.ts'
import { ConfigError, type ConfigProblem } from './config/config-error.ts'
import { registrationFile, type OtherHomeserver } from './registration-files.ts'

const firstPauseMs = 250
const longestPauseMs = 10_000

/** Resolves once the homeserver answers: it may be starting, too. @throws AbortError when the signal fires */
export async function untilReachable(dispatch: Dispatch, logger: Logger, signal: AbortSignal): Promise<void> {
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(2 * pauseMs, longestPauseMs)) {
    try {
      const { status } = await dispatch({ method: 'GET', url: '/_matrix/client/versions', headers: {}, signal })
      if (status === 200) return
      logger.warn({ status }, 'the homeserver does not answer as one; trying again')
    } catch (error) {
      signal.throwIfAborted()
      logger.warn({ reason: String(error) }, 'the homeserver cannot be reached; trying again')
    }
    await pause(pauseMs, undefined, { signal })
  }
}

export interface Known {
  readonly name: string
  readonly asToken: string
}

/** @throws ConfigError where the homeserver has other ids than configured, or does not know a registration */
export async function requireKnown(
  dispatch: Dispatch,
  loaded: LoadedConfig,
  { domain }: OtherHomeserver,
  services: readonly Known[],
): Promise<void> {
  const problems: ConfigProblem[] = []
  for (const { name, asToken } of services) {
    const { body } = await dispatch({
      method: 'GET',
      url: '/_matrix/client/v3/account/whoami',
      headers: { authorization: `Bearer ${asToken}` },
    })
    const { errcode, user_id: userId } = isJsonObject(body) ? body : {}
    if (errcode === 'M_UNKNOWN_TOKEN') {
      const message = `does not know ${name} yet: give it ${registrationFile(loaded, name)}, and restart it`
      problems.push({ path: 'homeserver', message })
    } else if (isUserId(userId) && serverNameOf(userId) !== domain) {
      const message = `is ${domain}, and the homeserver calls itself ${serverNameOf(userId)}`
      problems.push({ path: 'homeserver.domain', message })
    }
  }
  if (problems.length > 0) throw new ConfigError(loaded.file, problems)
}
