/** What the activities work with; a worker brings it. */
import type { Bus } from '../bus/bus.ts';
import type { ConversationId } from '../protocol/ids.ts';
import type { ConversationRead, ConversationView } from '../protocol/session-messages.ts';
import type { TaskReport } from '../protocol/task.ts';
import type { Store } from '../storage/store.ts';
import type { ActivityObserver } from './activity-observer.ts';
import type { FunctionAccess } from './functions/function-access.ts';
import type { Provider } from './model/provider.ts';

export interface ActivityDependencies {
  store: Store;
  bus: Bus;
  provider: Provider;
  functions: FunctionAccess;
  tasks: TaskObserver;
  /** Resolves when the starter has it, or is over. */
  reportToStarter: (starter: ConversationId, report: TaskReport) => Promise<void>;
  observer: ActivityObserver;
}

/** How a conversation's workflow is looked at from an activity. */
export interface TaskObserver {
  /** Its live state; null when its workflow does not answer. */
  view(task: ConversationId): Promise<ConversationView | null>;
  /** What it has from an offset on. Rejects when its workflow does not answer. */
  read(conversation: ConversationId, fromOffset: number): Promise<ConversationRead>;
  /** How it ended, as far as Temporal knows; null while it runs. */
  end(task: ConversationId): Promise<Pick<TaskReport, 'status' | 'error' | 'endedAt'> | TaskReport | null>;
}
