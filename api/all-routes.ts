import type { Route } from './http/route.ts';
import { budgetRoutes } from './routes/budget-routes.ts';
import { eventRoutes } from './routes/event-routes.ts';
import { fileRoutes } from './routes/file-routes.ts';
import { healthRoutes } from './routes/health-routes.ts';
import { messageRoutes } from './routes/message-routes.ts';
import { sessionRoutes } from './routes/session-routes.ts';
import { taskRoutes } from './routes/task-routes.ts';
import { teamRoutes } from './routes/team-routes.ts';

/** In the order in which the documentation lists them. */
export const ALL_ROUTES: Route[] = [
  ...sessionRoutes,
  ...messageRoutes,
  ...eventRoutes,
  ...taskRoutes,
  ...budgetRoutes,
  ...teamRoutes,
  ...fileRoutes,
  ...healthRoutes,
];
