export interface OutgoingContext {
  readonly mentions: readonly string[]
  /** The chat's timer: how long the message stays, seconds, and when that was set. */
  readonly timer?: { readonly seconds: number; readonly setAt: number }
  readonly quoted?: { readonly id: string; readonly participant: string; readonly text: string }
}

/** What a message says about itself, as the library takes it. */
export function aboutOf({ mentions, quoted, timer }: OutgoingContext): object {
  const contextInfo = {
    ...(quoted !== undefined && {
      stanzaId: quoted.id,
      participant: quoted.participant,
      quotedMessage: { conversation: quoted.text },
    }),
    ...(timer !== undefined && { expiration: timer.seconds, ephemeralSettingTimestamp: timer.setAt }),
  }
  return {
    ...(mentions.length > 0 && { mentions: [...mentions] }),
    ...(Object.keys(contextInfo).length > 0 && { contextInfo }),
  }
}
