import type { Database, Transaction } from '@pons/database'
import {
  invalidParam,
  isJsonObject,
  isRoomId,
  isUserId,
  MatrixError,
  missingParam,
  notFound,
  type JsonObject,
  type JsonValue,
  type RoomId,
  type UserId,
} from '@pons/matrix'
import { ReadCache } from '../storage/read-cache.ts'
import type { AccountData } from '../users/account-data.ts'
import { parseOwnRules, rulesetOf, type OwnRules, type PushRule, type RuleKind, type Ruleset } from './ruleset.ts'

export interface NewPushRule {
  readonly actions: JsonValue[]
  readonly conditions?: JsonObject[] | undefined
  readonly pattern?: string | undefined
  /** Ids of own rules of the same kind that the rule shall be placed at. */
  readonly before?: string | undefined
  readonly after?: string | undefined
}

const type = 'm.push_rules'

/** Which events users want to hear of. What differs from the server's rules is kept as account data. */
export class PushRules {
  readonly #db: Database
  readonly #accountData: AccountData
  readonly #known = new ReadCache<UserId, Ruleset>(10_000)

  constructor(db: Database, accountData: AccountData) {
    this.#db = db
    this.#accountData = accountData
    accountData.showAs(type, (userId, stored) => ({ global: rulesetOf(userId, parseOwnRules(stored)) }))
  }

  of(userId: UserId): Promise<Ruleset> {
    return this.#known.get(userId, async () => {
      const stored = await this.#accountData.stored({ userId, roomId: undefined, type })
      return rulesetOf(userId, parseOwnRules(stored))
    })
  }

  /** For work inside a write transaction. */
  async ofIn(tx: Transaction, userId: UserId): Promise<Ruleset> {
    const known = this.#known.peek(userId)
    if (known) return known
    const stored = await this.#accountData.stored({ userId, roomId: undefined, type }, tx)
    const rules = rulesetOf(userId, parseOwnRules(stored))
    tx.onCommit(() => this.#known.put(userId, rules))
    return rules
  }

  /** @throws MatrixError M_NOT_FOUND */
  async rule(userId: UserId, kind: RuleKind, ruleId: string): Promise<PushRule> {
    const found = (await this.of(userId))[kind].find((rule) => rule.rule_id === ruleId)
    if (!found) throw notFound('The push rule was not found')
    return found
  }

  /** @throws MatrixError M_INVALID_PARAM, M_MISSING_PARAM, M_UNKNOWN */
  async set(userId: UserId, kind: RuleKind, ruleId: string, rule: NewPushRule): Promise<void> {
    checkRule(kind, ruleId, rule)
    await this.#change(userId, (own) => {
      const rules = own[kind] ?? []
      const before = rules.find((of) => of.rule_id === ruleId)
      const made: PushRule = {
        rule_id: ruleId,
        default: false,
        enabled: before?.enabled ?? true,
        actions: rule.actions,
        ...((kind === 'override' || kind === 'underride') && { conditions: rule.conditions ?? [] }),
        ...(rule.pattern !== undefined && kind === 'content' && { pattern: rule.pattern }),
      }
      return { ...own, [kind]: placed(rules, made, rule) }
    })
  }

  async remove(userId: UserId, kind: RuleKind, ruleId: string): Promise<void> {
    await this.#change(userId, (own) => {
      const rules = own[kind] ?? []
      const others = rules.filter((rule) => rule.rule_id !== ruleId)
      if (others.length === rules.length) throw notFound('The push rule was not found')
      return { ...own, [kind]: others }
    })
  }

  /** Switches or rewrites the actions of any rule, the server's included. */
  async adjust(
    userId: UserId,
    kind: RuleKind,
    ruleId: string,
    change: { enabled?: boolean; actions?: JsonValue[] },
  ): Promise<void> {
    if (change.actions) checkActions(change.actions)
    await this.#change(userId, (own) => {
      const isOwn = own[kind]?.some((rule) => rule.rule_id === ruleId) ?? false
      if (isOwn) {
        return { ...own, [kind]: own[kind]?.map((rule) => (rule.rule_id === ruleId ? { ...rule, ...change } : rule)) }
      }
      if (!rulesetOf(userId, own)[kind].some((rule) => rule.rule_id === ruleId)) {
        throw notFound('The push rule was not found')
      }
      return { ...own, defaults: { ...own.defaults, [ruleId]: { ...own.defaults?.[ruleId], ...change } } }
    })
  }

  /** The rule of one room holds for another, too, unless that has one. */
  async carryRoomIn(tx: Transaction, userId: UserId, from: RoomId, to: RoomId): Promise<void> {
    const key = { userId, roomId: undefined, type }
    const own = parseOwnRules(await this.#accountData.stored(key, tx))
    const rules = own.room ?? []
    const rule = rules.find((of) => of.rule_id === from)
    if (!rule || rules.some((of) => of.rule_id === to)) return
    const carried: OwnRules = { ...own, room: [{ ...rule, rule_id: to }, ...rules] }
    await this.#accountData.setIn(tx, key, carried as JsonObject)
    tx.onCommit(() => this.#known.forget(userId))
  }

  async #change(userId: UserId, change: (own: OwnRules) => OwnRules): Promise<void> {
    const key = { userId, roomId: undefined, type }
    await this.#db.transaction(async (tx) => {
      const own = parseOwnRules(await this.#accountData.stored(key, tx))
      await this.#accountData.setIn(tx, key, change(own) as JsonObject)
      tx.onCommit(() => this.#known.forget(userId))
    })
  }
}

function checkRule(kind: RuleKind, ruleId: string, { actions, conditions, pattern }: NewPushRule): void {
  if (ruleId.startsWith('.')) throw invalidParam('rule ids with a dot in front are those of the server')
  if (ruleId === '' || /[/\\]/.test(ruleId)) throw invalidParam('a rule id has no slashes')
  if (kind === 'content' && pattern === undefined) throw missingParam('missing parameter pattern')
  if (kind === 'room' && !isRoomId(ruleId)) throw invalidParam('the id of a room rule is that of a room')
  if (kind === 'sender' && !isUserId(ruleId)) throw invalidParam('the id of a sender rule is that of a user')
  if (conditions?.some((condition) => !isJsonObject(condition))) throw invalidParam('conditions must be objects')
  checkActions(actions)
}

function checkActions(actions: readonly JsonValue[]): void {
  const isAction = (action: JsonValue): boolean =>
    typeof action === 'string' || (isJsonObject(action) && typeof action['set_tweak'] === 'string')
  if (!actions.every(isAction)) throw invalidParam('an action is a name or a tweak')
}

function placed(rules: readonly PushRule[], rule: PushRule, { before, after }: NewPushRule): PushRule[] {
  const others = rules.filter(({ rule_id: id }) => id !== rule.rule_id)
  const anchor = before ?? after
  if (anchor === undefined) {
    const at = rules.findIndex(({ rule_id: id }) => id === rule.rule_id)
    return at === -1 ? [rule, ...others] : others.toSpliced(at, 0, rule)
  }
  const at = others.findIndex(({ rule_id: id }) => id === anchor)
  if (at === -1) throw new MatrixError('M_UNKNOWN', `before/after rule not found: ${anchor}`, { status: 400 })
  return others.toSpliced(before === undefined ? at + 1 : at, 0, rule)
}
