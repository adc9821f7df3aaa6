import { orderMatcher } from '../order-matcher.ts';

export const lt = orderMatcher('lt', 'less than', (value, limit) => value < limit);
