/**
 * The run of a phase's hooks: a workflow of its own, which has a conversation's place in the session. Tasks that it
 * starts name it as their starter.
 */
import type { Usage } from './content.ts';
import type { EventError } from './events.ts';
import type { HookName, HookStatus } from './hooks.ts';
import type { RolloverThreshold } from './task.ts';
import type { Roster } from './team.ts';

/** The input of the workflows `preSession` and `postSession`. */
export interface HooksInput {
  workspace: string;
  session: string;
  roster: Roster;
  /** Who spoke last, or speaks first. */
  agent: string;
  user: string | null;
  rollover: RolloverThreshold;
}

/** What is kept of a hook, and shown. */
export interface HookRecord extends HookName {
  status: HookStatus;
  /** The task of a background agent. */
  task: string | null;
  error: EventError | null;
  /** Of the analysis; what a background agent used is its task's. */
  usage: Usage | null;
  startedAt: number;
  endedAt: number | null;
}

/** How a hook ended, and what it brings. */
export interface HookEnd {
  status: Exclude<HookStatus, 'running'>;
  error: EventError | null;
  /** Variables of the session that it gave other values. */
  changed: string[];
  /** Why there is to be no session. */
  reason: string | null;
}

/** The result of the workflow `preSession`: what the session is to do now. */
export type PreSessionEnd =
  | { outcome: 'ready' }
  | { outcome: 'aborted'; reason: string }
  /** It was told to stop: the session is being closed. */
  | { outcome: 'cancelled' };

/** The result of the workflow `postSession`, which stays in Temporal. */
export interface PostSessionEnd {
  hooks: { name: string; status: HookStatus }[];
}
