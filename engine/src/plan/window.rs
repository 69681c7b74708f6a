//! Time windows: which ones there are, and which ones an instant falls into.
//!
//! Windows are half open, `[start, end)`, and aligned to the epoch in UTC whatever the session's time zone is.
//!
//! Source: `TimeWindowing`, `TimeWindow` (Spark 3.5.4).

/// Windows of one length that begin at regular distances; all in microseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimeWindow {
    /// From start to end; positive.
    pub duration: i64,
    /// From one start to the next; positive and at most the duration. Equal for tumbling windows.
    pub slide: i64,
    /// Shift of the starts against the epoch; smaller than the slide.
    pub offset: i64,
}

impl TimeWindow {
    /// Starts of the windows that hold an instant, latest first.
    pub fn starts(self, time: i64) -> impl Iterator<Item = i64> {
        let last = time - (time - self.offset).rem_euclid(self.slide);
        let starts = std::iter::successors(Some(last), move |start| Some(start - self.slide));
        starts.take_while(move |start| start + self.duration > time)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn windows_before_the_epoch_floor() {
        let minute = TimeWindow { duration: 60, slide: 60, offset: 0 };
        assert_eq!(minute.starts(-1).collect::<Vec<_>>(), [-60]);
        assert_eq!(minute.starts(0).collect::<Vec<_>>(), [0]);
    }

    #[test]
    fn an_uneven_slide_gives_some_instants_fewer_windows() {
        let uneven = TimeWindow { duration: 50, slide: 20, offset: 0 };
        assert_eq!(uneven.starts(5).collect::<Vec<_>>(), [0, -20, -40]);
        assert_eq!(uneven.starts(15).collect::<Vec<_>>(), [0, -20]);
    }

    proptest! {
        #[test]
        fn every_window_of_an_instant_holds_it_and_no_other_does(
            time in -1000i64..1000, slide in 1i64..50, longer in 0i64..100, offset in -49i64..49,
        ) {
            let window = TimeWindow { duration: slide + longer, slide, offset: offset % slide };
            let starts: Vec<i64> = window.starts(time).collect();
            let expected: Vec<i64> = (-2000..2000)
                .filter(|s| (s - window.offset).rem_euclid(slide) == 0)
                .filter(|s| *s <= time && time < s + window.duration)
                .rev()
                .collect();
            prop_assert_eq!(starts, expected);
        }
    }
}
