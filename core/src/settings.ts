import { Type, type Static } from 'typebox'

/** What an operator may choose for every network; part of `pons.yaml`. */
export const BridgeSettings = Type.Object(
  {
    status_events: Type.Union([Type.Literal('failures'), Type.Literal('all'), Type.Literal('none')], {
      default: 'failures',
      description: 'When to send `com.beeper.message_send_status` events: for failures, for every message, or never.',
    }),
    failure_notices: Type.Boolean({
      default: true,
      description: 'Say in the room, as a notice of the bridge bot, that a message could not be bridged.',
    }),
    uncertain_messages: Type.Union([Type.Literal('mark'), Type.Literal('resend')], {
      default: 'mark',
      description:
        'What to do with a message whose fate a crash left unknowable: mark it in the room, or send it again at the risk of a double.',
    }),
    initial_history: Type.Integer({
      default: 50,
      minimum: 0,
      maximum: 1000,
      description: 'How many earlier messages a new portal begins with, where the network can be asked for them.',
    }),
    admins: Type.Array(Type.String(), {
      default: [],
      description: 'Matrix users who may use the commands for administrators.',
    }),
  },
  { additionalProperties: false },
)
export type BridgeSettings = Static<typeof BridgeSettings>

export const defaultBridgeSettings: BridgeSettings = {
  status_events: 'failures',
  failure_notices: true,
  uncertain_messages: 'mark',
  initial_history: 50,
  admins: [],
}
