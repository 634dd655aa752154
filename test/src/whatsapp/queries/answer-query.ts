import { childrenOf } from '../wire/stanza.ts'
import { accountAnswers } from './account.ts'
import { groupAnswers } from './groups.ts'
import { keyAnswers } from './keys.ts'
import { lookUpAnswers } from './look-ups.ts'
import { QueryError } from './query-error.ts'
import type { Answers, QueryContext } from './query.ts'

const answers: Answers = { ...accountAnswers, ...keyAnswers, ...lookUpAnswers, ...groupAnswers }
const slow = new Set(['usync', 'encrypt'])

/** Answers every query: a client waits a minute for an answer that does not come. */
export async function answerQuery(context: QueryContext): Promise<void> {
  const { query, connection, judge, faults } = context
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
    connection.answer(query, faults.told(name, await answer(context)))
  } catch (error) {
    if (!(error instanceof QueryError)) throw error
    connection.refuse(query, error.code, error.message)
  }
}

async function pause(ms: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, ms).unref())
}
