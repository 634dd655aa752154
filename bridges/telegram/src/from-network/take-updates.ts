import type { Intake, LoginId, RemoteEvent } from '@pons/core'
import type { Box } from '../protocol/counted.ts'
import type { UpdateBatch } from '../protocol/engine-options.ts'
import { firstPts } from '../protocol/first-pts.ts'
import { stateWrites } from '../stored-state.ts'
import type { UpdateReader } from './update-reader.ts'

export interface TakeUpdatesParts {
  readonly login: LoginId
  readonly intake: Intake
  readonly reader: UpdateReader
}

/**
 * Makes durable what updates say, and where the account stands after them. What comes after them must not be stored before:
 * the account would go on from there. Rejects when the intake is stopped.
 */
export async function takeUpdates(
  { login, intake, reader }: TakeUpdatesParts,
  batch: UpdateBatch,
  begin: (box: Box) => boolean,
): Promise<void> {
  const isDurable = await intake.take(async () => {
    const events: RemoteEvent[] = []
    for (const item of batch.items) events.push(...(await reader.read(item)))
    const begun = events.flatMap(({ chat, chatAliases }): [Box, number][] => {
      const box = chat.chat as string as Box
      return chatAliases !== undefined && begin(box) ? [[box, firstPts]] : []
    })
    return { events, writes: stateWrites(login, batch, begun) }
  })
  if (!isDurable) throw new Error('updates were not stored')
}
