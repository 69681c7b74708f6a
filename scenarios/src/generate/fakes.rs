//! Made-up text. The words come from the `fake` crate's English lists, except for a shop's products and departments.

use std::borrow::Cow;

use fake::Fake;
use fake::faker::address::en as address;
use fake::faker::company::en::CompanyName;
use fake::faker::currency::en::CurrencyCode;
use fake::faker::internet::en as internet;
use fake::faker::job::en::Title;
use fake::faker::lorem::en as lorem;
use fake::faker::name::en as name;
use fake::faker::phone_number::en::PhoneNumber;

use super::words::{CATEGORIES, MATERIALS, QUALITIES, THINGS};
use crate::file::FakeName;
use crate::rng::Rng;

/// One made-up text of a kind.
pub fn text(kind: FakeName, rng: &mut Rng) -> Cow<'static, str> {
    let made: String = match kind {
        FakeName::ProductName => {
            format!("{} {} {}", word(QUALITIES, rng), word(MATERIALS, rng), word(THINGS, rng))
        }
        FakeName::Category => return Cow::Borrowed(word(CATEGORIES, rng)),
        FakeName::UserAgent => return Cow::Borrowed(internet::UserAgent().fake_with_rng(rng)),
        FakeName::FirstName => return Cow::Borrowed(name::FirstName().fake_with_rng(rng)),
        FakeName::LastName => return Cow::Borrowed(name::LastName().fake_with_rng(rng)),
        FakeName::FullName => name::Name().fake_with_rng(rng),
        FakeName::Email => internet::SafeEmail().fake_with_rng(rng),
        FakeName::Username => internet::Username().fake_with_rng(rng),
        FakeName::City => address::CityName().fake_with_rng(rng),
        FakeName::Street => address::StreetName().fake_with_rng(rng),
        FakeName::Country => address::CountryName().fake_with_rng(rng),
        FakeName::CountryCode => address::CountryCode().fake_with_rng(rng),
        FakeName::ZipCode => address::ZipCode().fake_with_rng(rng),
        FakeName::Phone => PhoneNumber().fake_with_rng(rng),
        FakeName::Company => CompanyName().fake_with_rng(rng),
        FakeName::JobTitle => Title().fake_with_rng(rng),
        FakeName::Ip => internet::IPv4().fake_with_rng(rng),
        FakeName::CurrencyCode => CurrencyCode().fake_with_rng(rng),
        FakeName::Word => return Cow::Borrowed(lorem::Word().fake_with_rng(rng)),
        FakeName::Sentence => lorem::Sentence(4..9).fake_with_rng(rng),
    };
    Cow::Owned(made)
}

fn word(list: &'static [&'static str], rng: &mut Rng) -> &'static str {
    list[rng.below(list.len() as u64) as usize]
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::file::FAKES;

    #[test]
    fn every_fake_makes_different_text() {
        for (known_as, kind) in FAKES {
            let mut rng = Rng::new(5).fork(known_as);
            let made: BTreeSet<_> = (0..100).map(|_| text(*kind, &mut rng)).collect();
            assert!(made.len() > 10, "{known_as} made {made:?}");
            assert!(made.iter().all(|text| !text.is_empty()), "{known_as}");
        }
    }
}
