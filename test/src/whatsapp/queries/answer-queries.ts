import type { AppState } from '../account/app-state.ts'
import type { Faults } from '../faults.ts'
import type { Judge } from '../judge.ts'
import type { Logins } from '../linking/logins.ts'
import type { MediaHost } from '../media/media-host.ts'
import { childrenOf } from '../wire/stanza.ts'
import type { Addresses } from '../world/addresses.ts'
import type { GroupChanges } from '../world/group-changes.ts'
import { accountAnswers } from './account.ts'
import { groupAnswers } from './groups.ts'
import { keyAnswers } from './keys.ts'
import { lookUpAnswers } from './look-ups.ts'
import { QueryError } from './query-error.ts'
import type { Answers, Query } from './query.ts'

export interface QueryParts {
  readonly addresses: Addresses
  readonly groups: GroupChanges
  readonly media: MediaHost
  readonly appState: AppState
  readonly logins: Logins
  readonly judge: Judge
  readonly faults: Faults
}

const slow = new Set(['usync', 'encrypt'])

/** Answers every query: a client waits a minute for an answer that does not come. */
export function answerQueries(parts: QueryParts): (query: Query) => Promise<void> {
  const { judge, faults } = parts
  const answers: Answers = {
    ...accountAnswers(parts),
    ...keyAnswers(parts),
    ...lookUpAnswers(parts),
    ...groupAnswers(parts),
  }
  return async (asked) => {
    const { query, connection } = asked
    const { xmlns = '', type = '', id, to } = query.attrs
    if (!id || !to) judge.against(`a query without id or address: ${JSON.stringify(query.attrs)}`)
    const name = `${xmlns} ${type} ${childrenOf(query)[0]?.tag ?? ''}`.trim()
    const answer = answers[name]
    if (answer === undefined) {
      judge.against(`the query ${name} is not simulated`)
      return connection.refuse(query, 501, 'feature-not-implemented')
    }
    if (slow.has(xmlns) && faults.lookupDelayMs > 0) await pause(faults.lookupDelayMs)
    try {
      connection.answer(query, faults.told(name, await answer(asked)))
    } catch (error) {
      if (!(error instanceof QueryError)) throw error
      connection.refuse(query, error.code, error.message)
    }
  }
}

async function pause(ms: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, ms).unref())
}
