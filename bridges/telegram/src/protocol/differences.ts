import { setTimeout as pause } from 'node:timers/promises'
import { Api } from 'telegram'
import type { Box } from './counted.ts'
import type { EngineOptions, UpdateState } from './engine-options.ts'
import { isLoginOver } from './is-login-over.ts'
import { refusalOf } from './refusal-of.ts'
import { waitOf } from './wait-of.ts'

/** A part of what was missed, to be stored with the state that it leads to. */
export interface DifferenceParts {
  readonly messages: readonly Api.TypeMessage[]
  readonly updates: readonly Api.TypeUpdate[]
  /** Chats whose history was shorter than what was missed. */
  readonly edges?: Awaited<ReturnType<EngineOptions['readGap']>>['edges']
  readonly state: UpdateState
}

type Take = (parts: DifferenceParts) => void

const channelLimit = 100
const longestPauseMs = 30_000
/** The account is no longer in there: nothing more will come of it. */
const gone = new Set(['CHANNEL_PRIVATE', 'CHANNEL_INVALID', 'CHANNEL_PUBLIC_GROUP_NA'])

/** Reads what happened to a box while nobody listened, part by part ("updates.getDifference"). */
export class Differences {
  readonly #options: EngineOptions

  constructor(options: EngineOptions) {
    this.#options = options
  }

  /** Tries until it has been read; gives up where the login is over or the channel is gone. */
  async read(box: Box, from: () => UpdateState, take: Take): Promise<void> {
    const { signal, onError } = this.#options
    for (let pauseMs = 500; !signal.aborted; pauseMs = Math.min(pauseMs * 2, longestPauseMs)) {
      try {
        return box === '' ? await this.#common(from, take) : await this.#channel(box, from, take)
      } catch (error) {
        if (signal.aborted || gone.has(refusalOf(error) ?? '')) return
        onError(error)
        if (isLoginOver(error)) return
        const waitMs = (waitOf(error) ?? 0) * 1000
        await pause(Math.max(pauseMs, waitMs), undefined, { signal }).catch(() => undefined)
      }
    }
  }

  async #common(from: () => UpdateState, take: Take): Promise<void> {
    const { call, readGap } = this.#options
    for (;;) {
      const { pts, date, qts } = from()
      const answer = await call(new Api.updates.GetDifference({ pts, date, qts }))
      if (answer instanceof Api.updates.DifferenceEmpty) return
      if (answer instanceof Api.updates.DifferenceTooLong) {
        take({ ...(await readGap('', date * 1000)), updates: [], state: { pts: answer.pts, date, qts } })
        if (answer.pts <= pts) return
        continue
      }
      const state = answer instanceof Api.updates.Difference ? answer.state : answer.intermediateState
      const reached = { pts: state.pts, qts: state.qts, date: state.date }
      take({ messages: answer.newMessages, updates: answer.otherUpdates, state: reached })
      // A part that leads no further would be the next one, too.
      if (answer instanceof Api.updates.Difference || isSame(reached, { pts, date, qts })) return
    }
  }

  async #channel(box: Box, from: () => UpdateState, take: Take): Promise<void> {
    const { call, inputChannel, readGap } = this.#options
    const channel = await inputChannel(box)
    if (channel === undefined) return
    for (;;) {
      const before = from()
      const filter = new Api.ChannelMessagesFilterEmpty()
      const asked = { channel, filter, pts: before.pts, limit: channelLimit, force: true }
      const answer = await call(new Api.updates.GetChannelDifference(asked))
      if (answer instanceof Api.updates.ChannelDifferenceEmpty) return
      if (answer instanceof Api.updates.ChannelDifferenceTooLong) {
        const { dialog } = answer
        const pts = dialog instanceof Api.Dialog ? (dialog.pts ?? before.pts) : before.pts
        take({ ...(await readGap(box, before.date * 1000)), updates: [], state: { ...before, pts } })
        return
      }
      take({ messages: answer.newMessages, updates: answer.otherUpdates, state: { ...before, pts: answer.pts } })
      if (answer.final === true || answer.pts <= before.pts) return
    }
  }
}

function isSame(one: UpdateState, other: UpdateState): boolean {
  return one.pts === other.pts && one.date === other.date && one.qts === other.qts
}
